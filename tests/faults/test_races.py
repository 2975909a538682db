"""Several runs at the same moment: afterwards there is one of each thing, and each run says what happened."""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
import time

import pytest

from localdev.emulator import Emulator
from tests.faults.world import World, apps, edited, placeless, plain, write
from tests.launcher import Ended
from tests.plans import at_write, first
from tests.proxy import Answer, Call, Forward, proxying, refuse

MEETING = 50  # seconds that one waits for the others; after 60 a sender would try again


@pytest.fixture
def world(world: World) -> World:
    write(world.config, placeless(apps()))
    return world


def _meeting(count: int) -> threading.Barrier:
    return threading.Barrier(count, timeout=MEETING)


def at_once(world: World, emulator: Emulator, *commands: str) -> list[Ended]:
    """Run commands together, each through a proxy of its own: none may write before all are about to."""
    meeting = _meeting(len(commands))

    def meet(call: Call, forward: Forward) -> Answer | None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait()
        return forward()

    with contextlib.ExitStack() as stack:
        runs = []
        for command in commands:
            url, proxy = stack.enter_context(proxying(emulator.endpoint_url))
            proxy.account = world.account
            proxy.play(at_write(1, meet))
            runs.append(world.begin(command, url=url))
        return [plain(run.end()) for run in runs]


@pytest.mark.parametrize("count", [2, 5])
def test_ups_at_the_same_instant(world: World, emulator: Emulator, count: int) -> None:
    runs = at_once(world, emulator, *["up"] * count)
    assert [run.returncode for run in runs] == [0] * count, [run.stderr for run in runs]
    said = "".join(run.stdout for run in runs)
    # Not for buckets, of which S3 does not tell in us-east-1, nor for APIs, whose names are nobody's alone.
    made = re.findall(r"\+ (\w+)\.(?:role|function|log_group)\.\w+ +created ", said)
    assert {app: made.count(app) for app in made} == dict.fromkeys(apps()["apps"], 3), said
    world.is_up()
    assert len(world.left()) == 17  # one API for each app that has one, and so on
    world.goes_down()


def test_the_same_update_twice_at_the_same_instant(world: World, emulator: Emulator) -> None:
    world.does("up")
    world.config = write(world.folder / "edited.yaml", placeless(edited()))
    runs = at_once(world, emulator, "up", "up")
    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    world.is_up()
    world.goes_down()


@pytest.mark.parametrize(("app", "name"), [("qr", "apigateway.CreateRestApi"), ("password", "kms.CreateKey")])
def test_who_makes_one_too_many_loses_it_meanwhile(world: World, app: str, name: str) -> None:
    """What has no unique name is made by both; the run whose own is the older removes the other, half-made as it is."""
    world.config = write(world.folder / "edited.yaml", placeless(edited()))
    both_ask, both_made, passed = _meeting(2), _meeting(2), threading.Event()
    one_by_one, order = threading.Lock(), itertools.count()

    def make(call: Call, forward: Forward) -> Answer:
        both_ask.wait()
        with one_by_one:
            answer, is_late = forward(), next(order)
        both_made.wait()
        if is_late:
            passed.wait(MEETING)
        return answer

    world.proxy.play(first(2, name, make))
    runs = [world.begin("up", app) for _ in range(2)]
    while all(run.runs for run in runs):
        time.sleep(0.02)
    passed.set()
    ended = [plain(run.end()) for run in runs]
    assert [run.returncode for run in ended] == [0, 0], [run.stderr for run in ended]
    world.is_up(app)
    world.goes_down()


def test_up_against_down(world: World, emulator: Emulator) -> None:
    """Whoever comes later wins, thing by thing; each says how it ended, and the next run settles it."""
    world.does("up", "qr")
    runs = at_once(world, emulator, "up", "down")
    for run in runs:
        assert run.returncode in (0, 1), run.stdout + run.stderr
        assert (run.returncode == 1) == run.stderr.startswith("error: ")
    world.comes_up()
    world.goes_down()


def test_a_bucket_goes_while_its_objects_are_counted(world: World) -> None:
    """Another run deletes it, before this one does: there is nothing left to lose."""
    world.does("up", "photo")
    world.config = write(world.folder / "edited.yaml", placeless(edited()))
    world.does("up", "--json", plan=first(1, "s3.ListObjectVersions", refuse(404, "NoSuchBucket", "It does not exist")))
    assert world.does("plan", "--check", "--json").json["changes"] == []
