"""A fifth of all calls fails: nobody has to do anything about it."""

from __future__ import annotations

import pytest

from tests.faults.world import World, edited, write
from tests.plans import sometimes
from tests.proxy import Fault, Plan, lose_answer, lose_question, refuse, throttle

FAULTS: list[Fault] = [
    throttle,
    refuse(500, "InternalError", "We encountered an internal error. Please try again."),
    refuse(503, "ServiceUnavailable", "Please reduce your request rate."),
    lose_question,
    lose_answer,
]


def shaky(seed: int) -> Plan:
    return sometimes(0.2, FAULTS, seed)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One seed is a sample; there are more with --every-call."""
    metafunc.parametrize("seed", range(1, 9) if metafunc.config.getoption("--every-call", default=False) else [1])


def test_a_fifth_of_all_calls_fails(world: World, seed: int) -> None:
    """Each command to its end at the first attempt: up, again, an update, down."""
    world.does("up", plan=shaky(seed))
    assert world.does("plan", "--check", "--json").json["changes"] == []

    again = world.does("up", "--json", plan=shaky(seed + 100)).json
    assert again["changes"] == []
    assert again["calls"]["writing"] == 0

    world.config = write(world.folder / "edited.yaml", edited())
    world.does("up", plan=shaky(seed + 200))
    assert world.does("plan", "--check", "--json").json["changes"] == []

    world.does("down", plan=shaky(seed + 300))
    assert world.left() == []
