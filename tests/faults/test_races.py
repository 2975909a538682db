"""Several runs at the same moment: afterwards there is one of each thing, and each run says what happened."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from localdev.emulator import Emulator
from tests.conftest import Ended
from tests.faults.world import World, plain
from tests.plans import at_write
from tests.proxy import Answer, Call, Forward, proxying

MEETING = 20  # seconds that one waits for the others


@contextlib.contextmanager
def at_once(world: World, emulator: Emulator, *commands: str) -> Iterator[list[Ended]]:
    """Run commands together: none may write before all are about to."""
    meeting = threading.Barrier(len(commands), timeout=MEETING)

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
        yield [plain(run.end()) for run in runs]


@pytest.mark.parametrize("count", [2, 5])
def test_ups_at_the_same_instant(world: World, emulator: Emulator, count: int) -> None:
    with at_once(world, emulator, *["up"] * count) as runs:
        pass
    print(*(run.stderr for run in runs))
    assert [run.returncode for run in runs] == [0] * count, [run.stdout + run.stderr for run in runs]
    left = world.left()
    assert len(left) == len(set(left)) == 17, left
    world.comes_up()
    world.goes_down()
