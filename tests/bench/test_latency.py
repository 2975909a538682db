"""Round trips: which calls were on the way at the same time."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from bench.latency import trips
from tests.proxy import Call, Proxy


def call(operation: str, started: float, ended: float) -> Call:
    return Call(0, "s3", operation, "GET", started, ended)


def test_a_call_waits_for_those_that_ended_before_it() -> None:
    calls = [
        call("PutObject", 2.1, 3.2),
        call("ListBuckets", 0.0, 1.0),
        call("CreateBucket", 1.0, 2.0),
        call("GetObject", 1.9, 4.0),  # begun while CreateBucket was under way
        call("PutObject", 2.2, 3.1),
    ]
    assert trips(calls) == [
        {"s3.ListBuckets": 1},
        {"s3.CreateBucket": 1, "s3.GetObject": 1},
        {"s3.PutObject": 2},
    ]


def test_without_calls_there_are_no_trips() -> None:
    assert trips([]) == []


@pytest.mark.parametrize("seed", range(5))
def test_trips_are_as_many_as_the_longest_chain(seed: int) -> None:
    random = Random(seed)
    proxy = Proxy("http://127.0.0.1:1")
    for _ in range(60):
        started = random.uniform(0, 10)
        proxy.calls.append(call("GetObject", started, started + random.uniform(0.1, 2)))
    found = trips(proxy.calls)
    assert len(found) == proxy.rounds()
    assert sum(found, Counter()).total() == len(proxy.calls)
