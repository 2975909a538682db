from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer import pacing
from deployer.aws import Aws
from deployer.pacing import Pace
from deployer.stack import Stack
from deployer.waiting import telling


class Clock:
    """Time passes while one sleeps, and when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + 1e-6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)  # of nobody else
    return clock


def pauses(clock: Clock, pace: Pace, *operations: str, service: str = "apigateway", takes: float = 0) -> list[float]:
    """Seconds for which each of some calls has to wait, one after the other; each ``takes`` so many."""
    waited = []
    for operation in operations:
        asked = clock.now
        with pace.call(service, operation, clock.sleep):
            waited.append(round(clock.now - asked, 1))
            clock.now += takes
    return waited


# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
@pytest.mark.parametrize(
    ("operation", "seconds"),
    [("create_rest_api", 3), ("delete_rest_api", 30), ("put_rest_api", 1), ("create_deployment", 5)],
)
@pytest.mark.parametrize("takes", [0, 40], ids=["at once", "slow"])
def test_calls_keep_the_distance_that_api_gateway_asks_for(
    clock: Clock, operation: str, seconds: float, takes: float
) -> None:
    """Counted from an answer: a call may have arrived just before it."""
    first, *others = pauses(clock, Pace(), *[operation] * 3, takes=takes)
    assert first == 0
    assert all(seconds <= each <= seconds * 1.1 for each in others), others


def test_what_is_under_way_may_arrive_any_moment(clock: Clock) -> None:
    pace = Pace()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        slept.append(seconds)
        if sum(slept) >= 60:
            first.close()

    def calling() -> Iterator[None]:
        with pace.call("apigateway", "create_rest_api", clock.sleep):
            yield

    first = calling()
    next(first)
    with pace.call("apigateway", "create_rest_api", sleep):
        assert 63 <= sum(slept) < 65


def test_a_pause_that_has_passed_anyway_is_not_waited_for_again(clock: Clock) -> None:
    pace = Pace()
    pauses(clock, pace, "create_deployment")
    clock.now += 6
    assert pauses(clock, pace, "create_deployment") == [0]


def test_all_other_calls_may_come_in_bursts(clock: Clock) -> None:
    began = clock.now
    waits = pauses(clock, Pace(), *["get_stages"] * 60)
    assert waits[:40] == [0] * 40
    assert 1.9 < clock.now - began < 2.2


def test_different_limits_do_not_wait_for_each_other(clock: Clock) -> None:
    operations = ("create_rest_api", "put_rest_api", "create_deployment", "get_stages")
    assert pauses(clock, Pace(), *operations) == [0, 0, 0, 0]


def test_other_services_are_not_paced(clock: Clock) -> None:
    assert pauses(clock, Pace(), *["create_function"] * 100, service="lambda") == [0] * 100


def test_a_wait_is_told_again_and_again(clock: Clock) -> None:
    told: list[str] = []
    with telling(told.append):
        pauses(clock, Pace(), "create_rest_api", "create_rest_api")
    assert told == ["waiting for API Gateway's rate limit"] * 4


def test_only_aws_itself_is_paced() -> None:
    assert Aws(Stack("shop", "dev", "us-east-1", Path()))._pace is not None
    assert Aws(Stack("shop", "dev", "us-east-1", Path(), endpoint_url="http://127.0.0.1:9"))._pace is None
