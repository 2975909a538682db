"""Killed at any call, of whatever command: the next 'up' finishes, the next 'down' leaves nothing.

A sample of the calls, spread evenly; every one of them with --every-call.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults.conftest import WorldMaker
from tests.faults.world import World, edited, write
from tests.plans import at, first


@dataclass(frozen=True)
class Case:
    """A command about some apps; ``calls`` that it makes at the very least, over which ``samples`` are spread."""

    command: str
    apps: tuple[str, ...]
    calls: int
    samples: int

    def prepare(self, world: World) -> None:
        """Everything up to the run that is cut off."""
        if self.command != "up":
            world.does("up", *self.apps)
        if self.command == "update":
            world.config = write(world.folder / "edited.yaml", edited())

    @property
    def arguments(self) -> tuple[str, ...]:
        return "down" if self.command == "down" else "up", *self.apps


CASES = [
    Case("up", ("qr",), calls=60, samples=1),
    Case("up", ("password",), calls=50, samples=1),
    Case("up", ("photo",), calls=60, samples=1),
    Case("up", (), calls=160, samples=4),
    Case("update", (), calls=160, samples=4),
    Case("down", (), calls=90, samples=3),
]
TURNS = [(case, turn) for case in CASES for turn in range(case.samples)]


@pytest.mark.parametrize(("case", "turn"), TURNS, ids=[f"{' '.join((c.command, *c.apps))}-{turn}" for c, turn in TURNS])
def test_killed(
    case: Case, turn: int, new_world: WorldMaker, every_call: bool, record_property: Callable[[str, object], None]
) -> None:
    cut, failures = 0, []
    sample = round((turn + 0.5) * case.calls / case.samples)
    for nth in itertools.count(turn + 1, case.samples) if every_call else [sample]:
        try:
            if not _cut_off(case, nth, new_world()):
                break
        except AssertionError as failure:  # the other calls are worth knowing about too
            failures.append(f"killed at call {nth}: {failure}")
        cut += 1
    record_property("cut off", cut)
    assert cut, "it makes fewer calls than the case says"
    assert not failures, "\n".join(failures)


def _cut_off(case: Case, nth: int, world: World) -> bool:
    """Kill a run at its n-th call and go on, in one of four ways; whether it had so many calls."""
    case.prepare(world)
    ended = world.killed(lambda fault: at(nth, fault), nth % 4 < 2, *case.arguments)
    if ended.returncode == 0:
        return False
    assert ended.returncode == -9, f"{ended.returncode}: {ended.stdout}{ended.stderr}"
    if nth % 2:
        world.comes_up(*case.apps)
    world.goes_down()
    return True


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("up", "apigateway.CreateRestApi"),  # has no name that would be taken
        ("update", "kms.CreateKey"),  # nor has this
        ("update", "apigateway.CreateDeployment"),  # leaves the old stage beside the new
        ("update", "lambda.AddPermission"),  # the one that it replaces is gone
    ],
)
def test_killed_at_a_delicate_moment(command: str, name: str, world: World) -> None:
    case = Case(command, (), 0, 0)
    case.prepare(world)
    assert world.killed(lambda fault: first(1, name, fault), True, *case.arguments).returncode == -9
    world.comes_up()
    left = world.left()
    assert len(left) == len(set(left)), left
    assert [each.split()[0] for each in left].count("key") == (command == "update")
    world.goes_down()
