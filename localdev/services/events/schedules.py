"""Rules on a schedule fire at their time, once.

LocalStack 4.13.1 looks once in a minute, at any second of it, and lets fire what is due within the next: up to a minute
early, twice if it was started anew meanwhile, as often as PutTargets was called, and after they were deleted, too.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import calendar
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from crontab import CronTab  # type: ignore[import-untyped]
from localstack.services.events.models import Rule, events_stores
from localstack.services.events.rule import RuleService
from localstack.services.events.scheduler import RATE_REGEX, JobScheduler, convert_schedule_to_cron
from localstack.services.events.utils import extract_event_bus_name
from localstack.utils.patch import patch

from localdev.schedules import fire_rule

MINUTE = 60  # seconds; there are no finer schedules
UNITS = {"minute": 1, "hour": 60, "day": 24 * 60}  # minutes
AWS_FIELDS, DAY, WEEKDAY = 6, 2, 4  # of cron(…), whose weekdays AWS counts from Sunday as 1, and CronTab as 0
SATURDAY, SUNDAY = 5, 6  # as Python counts


def apply() -> None:
    from localstack.services.events.provider import EventsProvider  # opens a socket when it is imported

    patch(RuleService.create_schedule_job)(lambda original, self, job: None)
    patch(RuleService._get_schedule_cron)(look_at_the_schedule)
    patch(Rule.__post_init__)(begin)
    patch(EventsProvider.enable_rule)(begin_anew)
    patch(JobScheduler.loop)(fire_in_time)


def begin(original: Callable[..., None], self: Any) -> None:
    """A rate counts from when the rule was put."""
    original(self)
    self.began = time.time()


def begin_anew(
    original: Callable[..., None], self: Any, context: Any, name: str, event_bus_name: str | None = None, **more: Any
) -> None:
    original(self, context, name, event_bus_name, **more)
    store = self.get_store(context.region, context.account_id)
    self.get_rule(name, self.get_event_bus(extract_event_bus_name(event_bus_name), store)).began = time.time()


def fire_in_time(original: Callable[..., None], self: Any, *arguments: object) -> None:
    minute = int(time.time() // MINUTE) + 1
    while not self._stop_event.wait(minute * MINUTE - time.time()):
        minute = max(minute, int(time.time() // MINUTE))  # those that this machine has slept through are over
        for rule in due(datetime.fromtimestamp(minute * MINUTE, UTC)):
            threading.Thread(target=fire_rule, args=rule, name="events-rule", daemon=True).start()
        minute += 1


def due(now: datetime) -> Iterator[tuple[str, str, str, str]]:
    """Account, region, bus and name of each enabled rule whose schedule has this minute."""
    for account, regions in list(events_stores.items()):
        for region, store in list(regions.items()):
            for bus in list(store.event_buses.values()):
                for rule in list(bus.rules.values()):
                    schedule, began = rule.schedule_expression, vars(rule).get("began", 0.0)
                    if schedule and rule.state == "ENABLED" and matches(schedule, now, began):
                        yield account, region, bus.name, rule.name


def matches(schedule: str, now: datetime, began: float) -> bool:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html

    ``began``: seconds since 1970; whole minutes count. Raises ValueError where there is a way to say it on AWS that
    neither CronTab nor this knows.
    """
    rate = RATE_REGEX.match(schedule)
    if rate:
        number, unit = rate[1].split()
        passed = int(now.timestamp() // MINUTE - began // MINUTE)
        return passed > 0 and passed % (int(number) * UNITS[unit.removesuffix("s")]) == 0
    fields: list[str] = convert_schedule_to_cron(schedule).split()
    if len(fields) == AWS_FIELDS:
        near = re.fullmatch(r"(\d+)W", fields[DAY])
        if near:
            fields[DAY] = "*"
            if now.day != nearest_weekday(int(near[1]), now):
                return False
        weekday = "7" if fields[WEEKDAY] == "L" else re.sub(r"^([1-7])L$", r"L\1", fields[WEEKDAY])
        weekday = re.sub(r"(?<![#/\d])[1-7]", lambda found: str(int(found[0]) - 1), weekday)
        fields[WEEKDAY], _, number = weekday.partition("#")
        if number and (now.day - 1) // 7 + 1 != int(number):
            return False
    return bool(CronTab(" ".join(fields)).test(now))


def nearest_weekday(day: int, month: datetime) -> int:
    """From Monday to Friday, to this day of the month, and within it. Raises ValueError if no month has it."""
    if not 1 <= day <= 31:
        raise ValueError(f"no month has a day {day}")
    last = calendar.monthrange(month.year, month.month)[1]
    if day > last:
        return 0
    weekday = month.replace(day=day).weekday()
    if weekday == SATURDAY:
        return day - 1 if day > 1 else 3
    if weekday == SUNDAY:
        return day + 1 if day < last else last - 2
    return day


def look_at_the_schedule(original: Callable[..., str], self: Any, schedule: str) -> str:
    """LocalStack keeps what it cannot read, and its rule never fires."""
    from localdev.refusals import refusal

    cron = original(self, schedule)
    try:
        matches(schedule, datetime.now(UTC), began=0)
    except ValueError as error:
        raise refusal(f"the emulator's EventBridge cannot keep the schedule {schedule}: {error}") from error
    return cron
