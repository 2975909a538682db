"""API Gateway's limits, which nobody can raise: three APIs come and go without an error."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import pytest

from tests.faults.world import World, write
from tests.plans import ApiGatewayLimits, first
from tests.proxy import Answer, Call, Fault, Forward, Plan

NAMES = ("one", "two", "three")
PATIENCE = 50  # seconds that a call is held at most; after 60 its sender would try again


@pytest.fixture
def three(world: World) -> World:
    """A world with three apps to deploy, each of which has an API."""
    app: dict[str, Any] = {"functions": {"hello": {"source": "code"}}, "api": {"routes": {"GET /hello": "hello"}}}
    write(world.config, {"project": "limits", "region": "us-east-1", "apps": dict.fromkeys(NAMES, app)})
    code = world.folder / "code"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context):\n    return {'statusCode': 200}\n")
    return world


def apis(world: World) -> list[str]:
    return sorted(each.removeprefix("API ") for each in world.left() if each.startswith("API "))


def _at_once(operation: str, limits: Plan) -> Plan:
    """None of the first calls is before the limits until all are."""
    meeting, turns = threading.Barrier(len(NAMES), timeout=PATIENCE), itertools.count(1)

    def plan(call: Call) -> Fault | None:
        if call.operation == operation and next(turns) <= len(NAMES):
            meeting.wait()
        return limits(call)

    return plan


WANTED = sorted(f"limits-dev-{name}-api" for name in NAMES)


def test_on_aws_no_call_is_refused(three: World, every_call: bool) -> None:
    """The deployer paces itself. The way down takes a minute, for an API may be deleted every 30 seconds."""
    three.target = "aws"
    says = "waiting for API Gateway's rate limit"

    def hold(call: Call, forward: Forward) -> Answer:
        """The others wait for its answer, which it has when that is told."""
        while not three.told(says) and time.monotonic() < call.started + PATIENCE:
            time.sleep(0.02)
        return forward()

    limits = ApiGatewayLimits()
    held = first(1, "apigateway.CreateRestApi", hold)
    up = three.does("up", plan=lambda call: limits(call) or held(call))
    assert [call.name for call in three.calls if call.status == 429] == []
    assert says in up.stdout
    assert apis(three) == WANTED
    if every_call:
        three.does("down", "--yes", plan=ApiGatewayLimits())
        assert [call.name for call in three.calls if call.status == 429] == []
        assert three.left() == []


def test_where_nobody_paces_it_tries_again(three: World) -> None:
    """Another deployment of the account may use the limits up. Time passes faster here."""
    three.does("up", plan=_at_once("CreateRestApi", ApiGatewayLimits(haste=3)))
    assert {call.operation for call in three.calls if call.status == 429} >= {"CreateRestApi"}
    assert apis(three) == WANTED
    three.does("down", plan=_at_once("DeleteRestApi", ApiGatewayLimits(haste=10)))
    assert {call.operation for call in three.calls if call.status == 429} == {"DeleteRestApi"}
    assert three.left() == []
