"""What does not carry the stack's mark is never changed nor deleted, whatever its name and whatever the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from deployer import apply, report
from deployer.errors import Foreign
from deployer.resource import ID_TAG, STACK_TAG, Resource
from tests.resources.laws import KINDS, case, every_kind, of_kind
from tests.resources.worlds import World, changes, run

unique_names = pytest.mark.parametrize("kind", [kind for kind in KINDS if case(kind).FOREIGN])
THEIRS = {STACK_TAG: "other/test/us-east-1", ID_TAG: "demo.thing.theirs"}


@contextmanager
def _untouched(world: World, resource: Resource) -> Iterator[None]:
    before = case(resource.kind).LOOK(world, resource.physical)
    yield
    assert case(resource.kind).LOOK(world, resource.physical) == before


@unique_names
@pytest.mark.parametrize("tags", [{}, THEIRS], ids=["untagged", "of-another-stack"])
def test_what_is_not_ours_is_refused_and_left_alone(world: World, kind: str, tags: dict[str, str]) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    case(kind).FOREIGN(world, resource.physical, tags)
    with _untouched(world, resource):
        with pytest.raises(Foreign, match=resource.physical) as refused:
            world.plan(case(kind).CONFIG)
        assert (THEIRS[STACK_TAG] in str(refused.value)) == bool(tags)
        assert world.up("")[1] == []
        assert world.down(case(kind).CONFIG)[1] == []
    resource.delete(aws, resource.physical)


def test_all_that_is_not_ours_is_named(world: World) -> None:
    sections = "buckets: {one: {}, two: {}}\nsite: {pages: pages}"
    aws, made = world.plan(sections)
    for resource in made.resources.values():
        tags = THEIRS if resource.name == "two" else {}
        case(resource.kind).FOREIGN(world, resource.physical, tags)
    with pytest.raises(Foreign) as refused:
        world.plan(sections)
    for resource in made.resources.values():
        assert f"{resource.id}: '{resource.physical}' exists already" in str(refused.value)
        resource.delete(aws, resource.physical)
    assert refused.value.ids == ("demo.bucket.one",), "one is another stack's, and a site cannot be taken over"
    renaming = "rename the resource or the project"
    assert refused.value.hint == f"nothing was changed; {renaming}; or take it down there, or {renaming}"


# moto tags whatever bucket a second CreateBucket names.
@unique_names
@pytest.mark.parametrize("world", [pytest.param("localstack", marks=pytest.mark.emulator)], indirect=True)
def test_what_takes_the_name_after_the_plan_is_left_alone(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    case(kind).FOREIGN(world, resource.physical, {})
    with _untouched(world, resource):
        outcomes = apply.run(aws, made, report.Quiet())
        (outcome,) = (each for each in outcomes if each.change.id == resource.id)
        assert outcome.end == "failed"
        assert resource.physical in str(outcome.error)
    resource.delete(aws, resource.physical)


@unique_names
@pytest.mark.parametrize("mark", [None, THEIRS[STACK_TAG]], ids=["removed", "changed"])
def test_what_lost_its_mark_is_ours_no_more(world: World, kind: str, mark: str | None) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    others = {ID_TAG: resource.tags[ID_TAG], **({STACK_TAG: mark} if mark else {})}
    case(kind).WRITE["Tags"](world, resource.physical, others)
    with _untouched(world, resource):
        with pytest.raises(Foreign, match=resource.physical):
            world.plan(case(kind).CONFIG)
        aws, _ = world.aws(case(kind).CONFIG)
        assert resource.physical not in type(resource).owned(aws)
    resource.delete(aws, resource.physical)


@unique_names
def test_tags_of_others_are_left_alone(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    _, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    theirs = {"team": "blue", "skiffy": "yes"}
    ours = {key: value for key, value in made.want(resource)["Tags"].items() if key != ID_TAG}
    case(kind).WRITE["Tags"](world, resource.physical, {**ours, ID_TAG: resource.id, **theirs})
    assert changes(world.plan(case(kind).CONFIG)[1]) == {}
    case(kind).WRITE["Tags"](world, resource.physical, {**ours, **theirs})
    aws, seen = world.plan(case(kind).CONFIG)
    assert changes(seen) == {resource.id: ("update", ["Tags"])}
    run(aws, seen)
    have = resource.observe(aws, resource.physical)
    assert have is not None
    assert have["Tags"] == {**made.want(resource)["Tags"], **theirs}


@every_kind
@pytest.mark.parametrize("id", [None, "nonsense", "other.{kind}.thing"])
def test_what_lost_its_id_is_still_deleted_and_once(world: World, kind: str, id: str | None) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).CONFIG)
    for resource in made.resources.values():
        if resource.tagged and "Tags" in case(resource.kind).WRITE:
            tags = {STACK_TAG: resource.tags[STACK_TAG], **({ID_TAG: id.format(kind=resource.kind)} if id else {})}
            case(resource.kind).WRITE["Tags"](world, resource.physical, tags)
    _, outcomes = world.down(case(kind).CONFIG)
    names: list[Any] = [each.change.name for each in outcomes]
    assert len(set(names)) == len(names)
    assert all(each.observe(aws, each.physical) is None for each in of_kind(made, kind))
