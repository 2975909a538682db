"""Rates and quotas, with clocks of our own."""

from __future__ import annotations

import datetime
from datetime import date

import pytest

from localdev.services.apigateway.buckets import Buckets, Usage, began


class TestBuckets:
    """Token buckets: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html"""

    def test_the_burst_comes_at_once_the_rest_at_the_rate(self) -> None:
        now = [0.0]
        buckets = Buckets(lambda: now[0])
        assert [buckets.take(("key",), 2, 3) for _ in range(5)] == [True, True, True, False, False]
        now[0] = 0.4
        assert not buckets.take(("key",), 2, 3)
        now[0] = 0.5
        assert [buckets.take(("key",), 2, 3) for _ in range(2)] == [True, False]
        now[0] = 100
        assert [buckets.take(("key",), 2, 3) for _ in range(5)] == [True, True, True, False, False]

    def test_one_key_does_not_empty_anothers(self) -> None:
        buckets = Buckets(lambda: 0)
        assert [buckets.take((key,), 1, 1) for key in "aab"] == [True, False, True]

    def test_limits_may_change_meanwhile(self) -> None:
        buckets = Buckets(lambda: 0)
        assert [buckets.take(("key",), 1, burst) for burst in (100, 2, 2, 2)] == [True, True, True, False]

    def test_nothing_comes_through_nothing(self) -> None:
        assert not Buckets(lambda: 0).take(("key",), 0, 0)

    def test_what_is_forgotten_is_full_again(self) -> None:
        buckets = Buckets(lambda: 0)
        keys = [("stage", "mine", "GET"), ("plan", "theirs", "key")]
        assert [buckets.take(key, 0, 1) for key in keys] == [True, True]
        buckets.forget({"mine"})
        assert [buckets.take(key, 0, 1) for key in keys] == [True, False]


@pytest.mark.parametrize(
    ("period", "offset", "day", "want"),
    [
        ("DAY", 0, date(2026, 11, 21), date(2026, 11, 21)),
        ("WEEK", 0, date(2026, 11, 21), date(2026, 11, 15)),  # a Saturday, and the Sunday before
        ("WEEK", 0, date(2026, 11, 22), date(2026, 11, 22)),
        ("WEEK", 1, date(2026, 11, 22), date(2026, 11, 16)),
        ("WEEK", 6, date(2026, 11, 21), date(2026, 11, 21)),
        ("MONTH", 0, date(2026, 11, 21), date(2026, 11, 1)),
        ("MONTH", 14, date(2026, 11, 21), date(2026, 11, 15)),
        ("MONTH", 14, date(2026, 11, 14), date(2026, 10, 15)),
        ("MONTH", 27, date(2026, 3, 2), date(2026, 2, 28)),
    ],
)
def test_periods(period: str, offset: int, day: date, want: date) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-usageplan-quotasettings.html"""
    assert began(day, period, offset) == want


class TestUsage:
    def test_a_quota_is_used_up_until_its_next_period(self) -> None:
        today = [date(2026, 11, 20)]
        usage = Usage(lambda: today[0])
        assert [usage.take(("key",), 2, "WEEK", 0) for _ in range(2)] == [True, True]
        today[0] = date(2026, 11, 21)
        assert not usage.take(("key",), 2, "WEEK", 0)
        assert usage.take(("other",), 2, "WEEK", 0)
        today[0] = date(2026, 11, 22)
        assert usage.take(("key",), 2, "WEEK", 0)

    def test_what_was_used_is_known_by_day_and_by_period(self) -> None:
        today = [date(2026, 11, 20)]
        usage = Usage(lambda: today[0])
        for number in range(3):
            today[0] += datetime.timedelta(days=number // 2)
            usage.take(("key",), 100, "MONTH", 0)
        assert [usage.on(("key",), date(2026, 11, day)) for day in (19, 20, 21)] == [0, 2, 1]
        assert usage.used(("key",), "MONTH", 0, date(2026, 11, 20)) == 2
        assert usage.used(("key",), "MONTH", 0, date(2026, 11, 30)) == 3
        assert usage.used(("key",), "MONTH", 0, date(2026, 12, 1)) == 0

    def test_what_is_forgotten_was_never_used(self) -> None:
        usage = Usage()
        usage.take(("mine", "key"), 2, "DAY", 0)
        usage.take(("theirs", "key"), 2, "DAY", 0)
        usage.forget({"mine"})
        assert [usage.on((plan, "key"), usage.today()) for plan in ("mine", "theirs")] == [0, 1]
