"""EventBridge: when rules on a schedule fire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localstack.services.events.models import EventBus, Rule, events_stores

from localdev.services.events import schedules

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ACCOUNT, REGION = "444444444444", "us-east-1"


@pytest.mark.feature(
    "EventBridge",
    "rules on a schedule fire at their minute, once",
    partly="rates count in whole minutes; lists with `L`, `W` or `#` are refused (501)",
)
class TestSchedules:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"""

    @pytest.mark.parametrize(
        ("schedule", "minutes"),
        [
            ("cron(0 3 * * ? *)", [0]),
            ("cron(0/2 3 * * ? *)", [0, 2, 4]),
            ("cron(* * ? * MON *)", [0, 1, 2, 3, 4, 5]),
            ("cron(* * ? * TUE *)", []),
            ("cron(0 3 ? * 2 *)", [0]),  # Sunday is 1
            ("cron(0 3 ? * 2-6 *)", [0]),
            ("cron(0 3 ? * 1 *)", []),
            ("cron(0 3 ? * 2#4 *)", [0]),
            ("cron(0 3 ? * 2#3 *)", []),
            ("cron(0 3 23 11 ? 2026)", [0]),
            ("cron(0 3 23 11 ? 2027)", []),
            ("cron(0 3 ? * * *)", [0]),
        ],
    )
    def test_the_minutes_of_a_schedule(self, schedule: str, minutes: list[int]) -> None:
        times = [MONDAY.replace(minute=minute) for minute in range(6)]
        assert [each.minute for each in times if schedules.matches(schedule, each, began=0)] == minutes

    @pytest.mark.parametrize(
        ("schedule", "days"),
        [
            ("cron(0 3 L * ? *)", [31]),
            ("cron(0 3 ? * L *)", [3, 10, 17, 24, 31]),  # the last of the week is Saturday
            ("cron(0 3 ? * 6L *)", [30]),
            ("cron(0 3 ? * 7L *)", [31]),
            ("cron(0 3 1W * ? *)", [1]),
            ("cron(0 3 10W * ? *)", [9]),  # a Saturday's is the day before
            ("cron(0 3 11W * ? *)", [12]),  # a Sunday's the day after
            ("cron(0 3 31W * ? *)", [30]),
        ],
    )
    def test_the_days_of_a_schedule(self, schedule: str, days: list[int]) -> None:
        times = [datetime(2026, 10, day, 3, 0, tzinfo=UTC) for day in range(1, 32)]
        assert [each.day for each in times if schedules.matches(schedule, each, began=0)] == days

    @pytest.mark.parametrize(
        ("day", "month", "nearest"), [(1, 8, 3), (1, 11, 2), (28, 2, 27), (31, 5, 29), (30, 2, 0), (31, 8, 31)]
    )
    def test_the_nearest_weekday_is_in_the_same_month(self, day: int, month: int, nearest: int) -> None:
        assert schedules.nearest_weekday(day, datetime(2026, month, 1)) == nearest

    @pytest.mark.parametrize(
        ("schedule", "minutes"),
        [
            ("rate(1 minute)", 1),
            ("rate(7 minutes)", 7),
            ("rate(60 minutes)", 60),
            ("rate(90 minutes)", 90),
            ("rate(5 hours)", 300),
            ("rate(36 hours)", 2160),
            ("rate(2 days)", 2880),
        ],
    )
    def test_a_rate_counts_from_when_the_rule_was_put(self, schedule: str, minutes: int) -> None:
        """Over the ends of hours, days and months."""
        began = MONDAY + timedelta(days=6, minutes=41, seconds=59)
        times = [MONDAY + timedelta(days=6, minutes=41 + passed) for passed in range(3 * minutes)]
        due = [each for each in times if schedules.matches(schedule, each, began.timestamp())]
        assert due == [times[minutes], times[2 * minutes]]

    def test_when_a_rule_was_put(self) -> None:
        before = time.time()
        rule = Rule("now", REGION, ACCOUNT)
        schedules.begin(lambda rule: None, rule)
        assert before <= vars(rule)["began"] <= time.time()

    @pytest.fixture
    def bus(self) -> Iterator[EventBus]:
        bus = EventBus("default", REGION, ACCOUNT)
        events_stores[ACCOUNT][REGION].event_buses["default"] = bus
        yield bus
        del events_stores[ACCOUNT]

    def test_the_rules_that_are_there_at_the_time(self, bus: EventBus) -> None:
        """However often they were put, without those that are disabled, and those deleted meanwhile."""
        settings: dict[str, dict[str, Any]] = {
            "now": {"schedule_expression": "rate(1 minute)"},
            "off": {"schedule_expression": "rate(1 minute)", "state": "DISABLED"},
            "later": {"schedule_expression": "cron(0 4 * * ? *)"},
            "pattern": {"event_pattern": "{}"},
        }
        for name, about in settings.items():
            bus.rules[name] = Rule(name, REGION, ACCOUNT, **about)
            vars(bus.rules[name])["began"] = MONDAY.timestamp() - 60
        assert list(schedules.due(MONDAY)) == [(ACCOUNT, REGION, "default", "now")]
        del bus.rules["now"]
        assert list(schedules.due(MONDAY)) == []

    def test_each_minute_once(self, bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where the clock is a little slow, and not those that the machine has slept through."""
        clock = Clock([59.5, 59.99, 120.0, 600.5, 660.0, 700.0])
        asked: list[float] = []
        monkeypatch.setattr(schedules.time, "time", clock.now)
        monkeypatch.setattr(schedules, "due", lambda minute: asked.append(minute.timestamp()) or [])
        schedules.fire_in_time(lambda: None, clock)
        assert asked == [60, 120, 600, 660]

    @pytest.mark.emulator
    def test_what_cannot_be_kept_is_refused(self, client: Callable[[str], Any]) -> None:
        """Such as two weekdays nearest to a day."""
        with pytest.raises(ClientError, match=r"cannot keep the schedule cron\(0 3 1W,15W \* \? \*\): ") as raised:
            client("events").put_rule(Name="nearest", ScheduleExpression="cron(0 3 1W,15W * ? *)")
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert client("events").list_rules(NamePrefix="nearest")["Rules"] == []
        client("events").put_rule(Name="slow", ScheduleExpression="rate(90 minutes)", State="DISABLED")
        client("events").enable_rule(Name="slow")
        assert client("events").describe_rule(Name="slow")["State"] == "ENABLED"
        client("events").delete_rule(Name="slow")


class Clock:
    """At the first time, and at the next one after each wait; then it is over."""

    def __init__(self, times: list[float]) -> None:
        self._times = times
        self._stop_event = self

    def now(self) -> float:
        return self._times[0]

    def wait(self, seconds: float) -> bool:
        self._times.pop(0)
        return len(self._times) < 2
