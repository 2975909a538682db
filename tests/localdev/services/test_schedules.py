"""EventBridge: when rules on a schedule fire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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
    partly="rates count from the full hour, not from when the rule was made",
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
            ("rate(1 minute)", [0, 1, 2, 3, 4, 5]),
            ("rate(5 minutes)", [0, 5]),
            ("rate(1 hour)", [0]),
            ("rate(1 day)", []),
        ],
    )
    def test_the_minutes_of_a_schedule(self, schedule: str, minutes: list[int]) -> None:
        assert [minute for minute in range(6) if schedules.matches(schedule, MONDAY.replace(minute=minute))] == minutes

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
        """Such as the weekday nearest to a day."""
        with pytest.raises(ClientError, match=r"cannot keep the schedule cron\(0 3 15W \* \? \*\): ") as raised:
            client("events").put_rule(Name="nearest", ScheduleExpression="cron(0 3 15W * ? *)")
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert client("events").list_rules(NamePrefix="nearest")["Rules"] == []


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
