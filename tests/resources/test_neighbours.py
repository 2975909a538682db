"""Stacks whose names begin alike never see each other; what is removed from the configuration goes, and in order."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from deployer import plan
from deployer.errors import Foreign
from deployer.resource import Resource
from tests.resources.laws import KINDS, case
from tests.resources.worlds import World, changes, run

_IN_MOTO = """
buckets:
  files: {}
  secret: {encryption: mine}
keys:
  mine: {}
functions:
  worker: {source: code, grants: {files: read, mine: decrypt}}
site:
  pages: pages
  settings: {bucket: "${buckets.files.name}"}
"""
_API = """
api:
  routes: {GET /hello: worker}
"""
# What deletes one of a kind.
_DELETES = {
    "RemovePermission": "permission",
    "DeleteRestApi": "rest_api",
    "DeleteFunction": "function",
    "DeleteRole": "role",
    "DeleteLogGroup": "log_group",
    "DeleteBucket": "bucket",
    "ScheduleKeyDeletion": "key",
}


def _everything(world: World) -> str:
    return _IN_MOTO + (_API if world.endpoint_url else "")


def _look(world: World, resources: dict[str, Resource]) -> dict[str, Any]:
    return {id: case(each.kind).LOOK(world, each.physical) for id, each in resources.items()}


@pytest.fixture
def neighbours(world: World) -> list[World]:
    """Stacks that could be taken for one another; each has all kinds."""
    beside = [
        {},
        {"project": f"{world.project}-b"},
        {"stage": "test-2"},
        {"app": "demo-2", "stage": "test-3"},
        {"region": "eu-west-1"},
    ]
    worlds = [
        dataclasses.replace(world, **changed, folder=world.folder / str(number))
        for number, changed in enumerate(beside)
    ]
    for each in worlds:
        each.up(_everything(world))
    return worlds


def test_nothing_that_one_stack_does_touches_another(world: World, neighbours: list[World]) -> None:
    _, made = world.plan(_everything(world))
    assert {each.kind for each in made.resources.values()} >= KINDS.keys() - ({"rest_api", "permission"})
    plans = [each.plan(_everything(world))[1] for each in neighbours]
    assert [changes(each) for each in plans] == [{}] * len(plans)
    before = [_look(each, made.resources) for each, made in zip(neighbours, plans, strict=True)]
    for index, each in enumerate(neighbours):
        _, outcomes = each.up("") if index % 2 else each.down(_everything(world))
        assert len(outcomes) == len(before[index])
        for other in range(index + 1, len(neighbours)):
            assert _look(neighbours[other], plans[other].resources) == before[other]


def test_two_stacks_of_the_same_names_in_aws_are_told_apart(world: World) -> None:
    """Project ``a`` stage ``b-c`` and project ``a-b`` stage ``c``."""
    first = dataclasses.replace(world, stage="b-c", folder=world.folder / "first")
    second = dataclasses.replace(world, project=f"{world.project}-b", stage="c", folder=world.folder / "second")
    sections = "functions: {worker: {source: code}}\nbuckets: {files: {}}\nkeys: {mine: {}}"
    first.up(sections)
    with pytest.raises(Foreign, match=f"belongs to the stack '{world.project}/b-c/us-east-1'"):
        second.plan(sections)
    assert second.down(sections)[1] == []
    assert second.up("")[1] == []
    assert changes(first.plan(sections)[1]) == {}


def test_an_app_that_is_configured_no_more_goes_and_those_not_named_stay(world: World) -> None:
    beside = dataclasses.replace(world, app="demo-2", folder=world.folder / "beside")
    sections = "buckets: {files: {}}"
    aws, _ = world.aws(sections)
    world.up(sections)
    _, made = beside.plan(sections)
    assert changes(made) == {"demo-2.bucket.files": ("create", changes(made)["demo-2.bucket.files"][1])} | {
        "demo.bucket.files": ("delete", [])
    }
    only = plan.make(aws, plan.declare([]), frozenset({"demo-2"}))
    assert changes(only) == {}
    beside.up(sections)
    assert changes(world.plan(sections)[1])["demo.bucket.files"][0] == "create"


def test_what_is_removed_goes_after_what_depends_on_it(world: World) -> None:
    world.up(_everything(world))
    aws, made = world.plan("")
    assert {change.action for change in made.changes} == {"delete"}
    (site,) = (change.name for change in made.changes if change.kind.kind == "site")
    deleted: list[str] = []

    def record(model: Any, params: Any, **_: Any) -> None:
        if model.name in _DELETES:
            deleted.append("site" if site in params["url"] else _DELETES[model.name])

    services = [aws.client(service).meta.events for service in ("s3", "lambda", "iam", "logs", "kms", "apigateway")]
    for events in services:
        events.register("before-call", record)
    try:
        outcomes = run(aws, made)
    finally:
        for events in services:
            events.unregister("before-call", record)
    ended = [each.change.kind.kind for each in outcomes]
    assert set(deleted) == set(ended) - {"settings"}
    for kind in set(ended):
        for first in set(KINDS[kind].deleted_after) & set(ended):
            last = len(ended) - ended[::-1].index(first) - 1
            assert last < ended.index(kind), f"{kind} before {first}"
            if first in deleted and kind in deleted:
                assert len(deleted) - deleted[::-1].index(first) - 1 < deleted.index(kind), f"{kind} before {first}"
