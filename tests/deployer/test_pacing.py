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
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)  # of nobody else
    return clock


def pauses(pace: Pace, *operations: str) -> list[float]:
    """Seconds that each of some calls has to wait, all asked for at the same moment."""
    slept = []
    for operation in operations:
        before = len(slept)
        pace.wait("apigateway", operation, slept.append)
        if len(slept) == before:
            slept.append(0)
    return [round(seconds, 1) for seconds in slept]


# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
@pytest.mark.parametrize(
    ("operation", "seconds"),
    [("create_rest_api", 3), ("delete_rest_api", 30), ("put_rest_api", 1), ("create_deployment", 5)],
)
def test_calls_keep_the_distance_that_api_gateway_asks_for(clock: Clock, operation: str, seconds: float) -> None:
    first, second, third = pauses(Pace(), operation, operation, operation)
    assert first == 0
    assert seconds <= second <= seconds * 1.1
    assert 2 * seconds <= third <= 2 * seconds * 1.1


def test_a_pause_that_has_passed_anyway_is_not_waited_for_again(clock: Clock) -> None:
    pace = Pace()
    pauses(pace, "create_deployment")
    clock.now += 6
    assert pauses(pace, "create_deployment") == [0]


def test_all_other_calls_may_come_in_bursts(clock: Clock) -> None:
    waits = pauses(Pace(), *["get_stages"] * 60)
    assert waits[:40] == [0] * 40
    assert 1.9 < waits[-1] < 2.2


def test_different_limits_do_not_wait_for_each_other(clock: Clock) -> None:
    assert pauses(Pace(), "create_rest_api", "put_rest_api", "create_deployment", "get_stages") == [0, 0, 0, 0]


def test_other_services_are_not_paced(clock: Clock) -> None:
    slept: list[float] = []
    for _ in range(100):
        Pace().wait("lambda", "create_function", slept.append)
    assert slept == []


def test_a_wait_is_told(clock: Clock) -> None:
    told: list[str] = []
    with telling(told.append):
        pauses(Pace(), "create_rest_api", "create_rest_api")
    assert told == ["waiting for API Gateway's rate limit"]


def test_only_aws_itself_is_paced() -> None:
    assert Aws(Stack("shop", "dev", "us-east-1", Path()))._pace is not None
    assert Aws(Stack("shop", "dev", "us-east-1", Path(), endpoint_url="http://127.0.0.1:9"))._pace is None
