"""What is timed as an invocation is one, and what is nothing answers without a process."""

from __future__ import annotations

from typing import Any

import pytest

from bench import emulators
from bench.invoke import AT_ONCE, TIMES, Invoked, aims, one_round, points, section
from localdev.emulator import Emulator

FOUND = {
    "times": {kind: {"ours": {"p50": 9.5, "p95": 12.0}, "empty": {"p50": 2.0, "p95": 3.0}} for kind in TIMES},
    "rate": {"ours": 90, "empty": 200},
    "growth": {
        "before": {"processes": 2, "files": 20, "threads": 9, "memory": 300.0},
        "after": {"processes": 2, "files": 20, "threads": 9, "memory": 302.0},
    },
}


@pytest.fixture(scope="module")
def invoked(emulator: Emulator) -> Invoked:
    return Invoked(emulator)


def test_each_kind_of_invocation_is_one(emulator: Emulator, invoked: Invoked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.invoke.WARM", 2)
    monkeypatch.setattr("bench.invoke.COLD", 1)
    before = emulator.ask("/_localdev/invocations")["last"]
    taken = dict(one_round(invoked))
    assert {kind: len(each) for kind, each in taken.items()} == {
        "cold": 1,
        "further": 1,
        "http": 2,
        "boto3": 2,
        "api": 2,
    }
    seen = ours(emulator, before)
    assert len(seen) == 1 + 3 + 2 + 2 + 2  # two prepare the further environment
    assert sum(each["init"] is not None for each in seen) == 1 + 2 + 1
    assert invoked.rate() > 0
    assert len(ours(emulator, before)) == len(seen) + AT_ONCE


def ours(emulator: Emulator, after: int) -> list[Any]:
    """Invocations of the bench's functions: those of tests before may still be called by something."""
    found = emulator.ask(f"/_localdev/invocations?after={after}")["invocations"]
    return [each for each in found if each["function"].startswith("bench-")]


@pytest.mark.emulator  # of its own
def test_where_functions_are_nothing_no_process_is_started(until: Any) -> None:
    with emulators.emulator(emulators.EmptyEmulator) as empty:
        invoked = Invoked(empty)
        assert len(invoked.by_http(times=3)) == 3
        assert len(invoked.by_api(3)) == 3
        assert invoked.further() > 0
        until(lambda: invoked.size().processes == 0)  # one that looks what this machine can do soon ends
        assert empty.ask("/_localdev/invocations")["last"] == 0


def test_an_invocation_that_fails_is_not_timed(invoked: Invoked) -> None:
    with pytest.raises(RuntimeError, match="404"):
        invoked.by_http("there-is-none")


def test_our_share_is_what_is_left_of_the_whole() -> None:
    (row,) = [line for line in section(FOUND).splitlines() if "warm, boto3" in line]
    assert [cell.strip() for cell in row.split("|")[2:6]] == ["9.5", "12.0", "2.0", "7.5"]


@pytest.mark.parametrize(
    ("what", "after", "met"),
    [
        ("files", 20, True),
        ("files", 21, False),
        ("files", 19, True),
        ("memory", 305.0, True),
        ("memory", 305.1, False),
        ("memory", 290.0, True),
    ],
)
def test_growth_is_what_is_more_than_before(what: str, after: float, met: bool) -> None:
    growth = {**FOUND["growth"], "after": {**FOUND["growth"]["after"], what: after}}
    assert all(aim.met for aim in aims({**FOUND, "growth": growth}) if " more after " in aim.what) is met


def test_points_are_the_middle_and_what_few_exceed() -> None:
    assert points([float(number) for number in range(1, 100)]) == {"p50": 50.0, "p95": 95.0}
