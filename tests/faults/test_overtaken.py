"""A run is held at some call until another one has run from start to end: of the same command, or against it.

At a delicate call; with --every-call at the first writing call of each name.
"""

from __future__ import annotations

import itertools
import re
import threading

import pytest

from tests.faults.conftest import WorldMaker
from tests.faults.world import World, edited, plain, write
from tests.launcher import Ended
from tests.plans import first
from tests.proxy import Answer, Call, Forward

PATIENCE = 50  # seconds that a call is held at most; after 60 its sender would try again

PAIRS = [("up", "up"), ("update", "update"), ("down", "down"), ("up", "down"), ("down", "up"), ("update", "down")]
SAMPLE = [
    ("down", "down", "s3.DeleteObjects", "qr"),  # the bucket goes between looking into it and emptying it
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "command" not in metafunc.fixturenames:
        return
    every = [(command, other, "", "") for command, other in PAIRS]
    cases = every if metafunc.config.getoption("--every-call", default=False) else SAMPLE
    ids = ["-".join(filter(None, case)) for case in cases]
    metafunc.parametrize(("command", "other", "name", "app"), cases, ids=ids)


def test_overtaken(command: str, other: str, name: str, app: str, new_world: WorldMaker) -> None:
    apps = (app,) if app else ()
    names = [name] if name else _writes(new_world(), command)
    failures = []
    for each, answered in itertools.product(names, [False] if name else [False, True]):
        try:
            _overtaken(new_world(), command, other, each, answered, *apps)
        except AssertionError as failure:  # the other calls are worth knowing about too
            failures.append(f"held {'after' if answered else 'before'} {each}: {failure}")
    assert not failures, "\n".join(failures)


def test_what_the_other_one_created_is_found(new_world: WorldMaker) -> None:
    one, _ = _runs(new_world(), "up", "up", "iam.CreateRole", False, "qr")
    assert re.search(r"^  \+ qr\.role\.generator +found +\d", one.stdout, re.MULTILINE), one.stdout + one.stderr
    assert re.search(r"^(\d+ created, )?\d+ found\b.* in ", one.stdout, re.MULTILINE), one.stdout


def _prepare(world: World, command: str, *apps: str) -> None:
    if command != "up":
        world.does("up", *apps)
    if command == "update":
        world.config = write(world.folder / "edited.yaml", edited())


def _verb(command: str) -> str:
    return "down" if command == "down" else "up"


def _writes(world: World, command: str) -> list[str]:
    """Names of what a command writes, in the order of their first calls."""
    _prepare(world, command)
    world.does(_verb(command))
    return list(dict.fromkeys(call.name for call in world.calls if call.writes))


def _overtaken(world: World, command: str, other: str, name: str, answered: bool, *apps: str) -> None:
    _prepare(world, command, *apps)
    one, two = _runs(world, command, other, name, answered, *apps)
    assert two.returncode == 0, two.stderr
    assert one.returncode in ((0,) if command == other else (0, 1)), one.stderr
    assert (one.returncode == 1) == one.stderr.startswith("error: "), one.stderr
    if command != other:
        world.does("up", *apps)
    if command == other == "down":
        assert world.left() == [], world.left()
    else:
        world.is_up(*apps)
        world.goes_down()


def _runs(world: World, command: str, other: str, name: str, answered: bool, *apps: str) -> tuple[Ended, Ended]:
    reached, passed = threading.Event(), threading.Event()

    def hold(call: Call, forward: Forward) -> Answer:
        answer = forward() if answered else None
        reached.set()
        passed.wait(PATIENCE)
        return answer or forward()

    world.proxy.play(first(1, name, hold))
    one = world.begin(_verb(command), *apps)
    while not reached.wait(0.02):
        assert one.runs, f"it ends without {name}: {one.end()}"
    two = world.begin(_verb(other), *apps).end()
    passed.set()
    return plain(one.end()), plain(two)
