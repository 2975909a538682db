"""What must hold for every kind of resource, whatever it is.

Each ``test_<kind>.py`` beside this file gives a small CONFIG, an EDITED one, DRIFT (a property to what another
client does to it) and FOREIGN (what makes something of the same name that is not ours, if names are unique).
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

from deployer.errors import Foreign
from deployer.plan import Plan
from deployer.resource import Resource, kinds
from tests.resources.worlds import World, changes, run

KINDS = {kind.kind: kind for kind in kinds()}


def case(kind: str) -> ModuleType:
    return importlib.import_module(f"tests.resources.test_{kind}")


def drifts() -> list[Any]:
    return [pytest.param(kind, name, id=f"{kind}-{name}") for kind in KINDS for name in case(kind).DRIFT]


every_kind = pytest.mark.parametrize("kind", KINDS)


def of_kind(made: Plan, kind: str) -> list[Resource]:
    found = [resource for resource in made.resources.values() if resource.kind == kind]
    assert found, f"CONFIG of {kind} declares none"
    return found


@every_kind
def test_up_makes_it_and_a_second_up_writes_nothing(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    assert all(each.observe(aws, each.physical) is None for each in made.resources.values())
    assert {change.action for change in made.changes} == {"create"}
    assert len(made.changes) == len(made.resources)
    run(aws, made)

    again, second = world.plan(case(kind).CONFIG)
    assert changes(second) == {}
    run(again, second)
    assert again.calls.writing == 0


@every_kind
def test_an_edit_is_planned_and_converges(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).EDITED)
    touched = {change.kind.kind for change in made.changes}
    assert kind in touched
    run(aws, made)
    assert changes(world.plan(case(kind).EDITED)[1]) == {}


@pytest.mark.parametrize(("kind", "property"), drifts())
def test_drift_is_seen_and_repaired(world: World, kind: str, property: str) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    case(kind).DRIFT[property](aws, resource.physical)

    aws, seen = world.plan(case(kind).CONFIG)
    assert property in changes(seen)[resource.id][1]
    run(aws, seen)
    assert changes(world.plan(case(kind).CONFIG)[1]) == {}


@every_kind
def test_what_another_client_deleted_comes_back(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    resource.delete(aws, resource.physical)
    aws, seen = world.plan(case(kind).CONFIG)
    assert changes(seen)[resource.id][0] == "create"
    run(aws, seen)
    assert changes(world.plan(case(kind).CONFIG)[1]) == {}


@every_kind
def test_down_leaves_nothing(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    run(aws, made)
    world.down(case(kind).CONFIG)
    assert [each.owned(aws) for each in KINDS.values() if each.owned(aws)] == []
    assert all(each.observe(aws, each.physical) is None for each in made.resources.values())
    aws, outcomes = world.down(case(kind).CONFIG)
    assert outcomes == []
    assert aws.calls.writing == 0


@every_kind
def test_what_is_gone_may_be_deleted_again(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    for resource in made.resources.values():
        resource.delete(aws, resource.physical)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if case(kind).FOREIGN])
def test_what_is_not_ours_is_refused_and_left_alone(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    case(kind).FOREIGN(aws, resource.physical)
    before = resource.observe(aws, resource.physical)

    with pytest.raises(Foreign, match=resource.physical):
        world.plan(case(kind).CONFIG)
    aws, outcomes = world.down(case(kind).CONFIG)
    assert outcomes == []
    assert resource.observe(aws, resource.physical) == before
    resource.delete(aws, resource.physical)


@every_kind
def test_a_stack_does_not_see_another_whose_name_it_starts_with(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    longer = World.__new__(World)
    longer.__dict__ = {**world.__dict__, "project": f"{world.project}-test"}
    longer.up(case(kind).CONFIG)
    world.down(case(kind).CONFIG)
    assert changes(longer.plan(case(kind).CONFIG)[1]) == {}
    longer.down(case(kind).CONFIG)
