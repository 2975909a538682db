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


@dataclass(frozen=True)
class Case:
    """A command about some apps, and how many samples it is worth."""

    command: str
    apps: tuple[str, ...]
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
    Case("up", ("qr",), 2),
    Case("up", ("password",), 2),
    Case("up", ("photo",), 2),
    Case("up", (), 5),
    Case("update", (), 5),
    Case("down", (), 5),
]
TURNS = [(case, turn) for case in CASES for turn in range(case.samples)]


@pytest.mark.parametrize(("case", "turn"), TURNS, ids=[f"{' '.join((c.command, *c.apps))}-{turn}" for c, turn in TURNS])
def test_killed(
    case: Case, turn: int, new_world: WorldMaker, every_call: bool, record_property: Callable[[str, object], None]
) -> None:
    cut, failures = 0, []
    for nth in itertools.count(turn + 1, case.samples) if every_call else [_sample(case, turn, new_world)]:
        try:
            if not _cut_off(case, nth, new_world()):
                break
        except AssertionError as failure:  # the other calls are worth knowing about too
            failures.append(f"killed at call {nth}: {failure}")
        cut += 1
    record_property("cut off", cut)
    assert cut, "it ended before its turn"
    assert not failures, "\n".join(failures)


def _cut_off(case: Case, nth: int, world: World) -> bool:
    """Kill a run at its n-th call and go on, in one of four ways; whether it had so many calls."""
    case.prepare(world)
    ended = world.killed(nth, nth % 4 < 2, *case.arguments)
    if ended.returncode == 0:
        return False
    assert ended.returncode == -9, ended.stdout + ended.stderr
    if nth % 2:
        world.comes_up(*case.apps)
    world.goes_down()
    return True


_totals: dict[Case, int] = {}


def _sample(case: Case, turn: int, new_world: WorldMaker) -> int:
    """The call in the middle of the turn's share of all calls of a run that nothing happens to."""
    if case not in _totals:
        world = new_world()
        case.prepare(world)
        world.does(*case.arguments)
        _totals[case] = len(world.calls)
    return round((turn + 0.5) * _totals[case] / case.samples)
