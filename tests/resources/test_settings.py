from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.resources.settings import Settings
from tests.resources.worlds import World, answer, changes

CONFIG = """
buckets:
  files: {}
site:
  pages: pages
  settings: {bucket: "${buckets.files.name}"}
"""
EDITED = """
buckets:
  files: {}
site:
  pages: pages
  settings: {greeting: hello}
"""
ID = "demo.settings.site"


def _put(world: World, name: str, **changes: Any) -> None:
    bucket, _, key = name.partition("/")
    answer = world.client("s3").get_object(Bucket=bucket, Key=key)
    have = {"Body": answer["Body"].read(), "ContentType": answer["ContentType"], "CacheControl": answer["CacheControl"]}
    arguments = {key: value for key, value in {**have, **changes}.items() if value is not None}
    world.client("s3").put_object(Bucket=bucket, Key=key, **arguments)


WRITE = {
    "Content": lambda world, name, value: _put(world, name, Body=json.dumps(value).encode()),
    "ContentType": lambda world, name, value: _put(world, name, ContentType=value),
    "CacheControl": lambda world, name, value: _put(world, name, CacheControl=value),
}
OTHER: dict[str, Any] = {}
IMPOSSIBLE = {
    r"Content removed": "see what another client deleted",
    r"ContentType removed": "an object has one",
}
FOREIGN = None  # belongs to its site, which has its own test


def LOOK(world: World, name: str) -> Any:
    bucket, _, key = name.partition("/")
    found = answer(world.client("s3").get_object, Bucket=bucket, Key=key)
    return {**found, "Body": found["Body"].read()}


@pytest.mark.parametrize("body", [b"{broken", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_replaced(world: World, body: bytes) -> None:
    _, outcomes = world.up(CONFIG)
    name = next(each.change.name for each in outcomes if each.change.id == ID)
    before = LOOK(world, name)
    _put(world, name, Body=body)
    assert changes(world.plan(CONFIG)[1]) == {ID: ("update", ["Content"])}
    world.up(CONFIG)
    assert LOOK(world, name) == before


def test_creating_leaves_what_another_run_has_made(world: World) -> None:
    """It reads back otherwise then, and is looked at again."""
    aws, outcomes = world.up(CONFIG)
    name = next(each.change.name for each in outcomes if each.change.id == ID)
    before = LOOK(world, name)
    Settings.create(aws, name, {"Content": {"a": "b"}, "ContentType": "text/plain", "CacheControl": "no-cache"})
    assert LOOK(world, name) == before
