"""Rules on a schedule fire at their time, once.

LocalStack 4.13.1 looks once in a minute, at any second of it, and lets fire what is due within the next: up to a minute
early, twice if it was started anew meanwhile, as often as PutTargets was called, and after they were deleted, too.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from crontab import CronTab  # type: ignore[import-untyped]
from localstack.services.events.models import events_stores
from localstack.services.events.rule import RuleService
from localstack.services.events.scheduler import JobScheduler, convert_schedule_to_cron
from localstack.utils.patch import patch

from localdev.schedules import fire_rule

MINUTE = 60  # seconds; there are no finer schedules
AWS_FIELDS, WEEKDAY = 6, 4  # of cron(…), whose weekdays AWS counts from Sunday as 1, and CronTab as 0


def apply() -> None:
    patch(RuleService.create_schedule_job)(lambda original, self, job: None)
    patch(RuleService._get_schedule_cron)(look_at_the_schedule)
    patch(JobScheduler.loop)(fire_in_time)


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
                    if rule.schedule_expression and rule.state == "ENABLED" and matches(rule.schedule_expression, now):
                        yield account, region, bus.name, rule.name


def matches(schedule: str, now: datetime) -> bool:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html

    Raises ValueError where there is a way to say it on AWS that CronTab does not know.
    """
    fields: list[str] = convert_schedule_to_cron(schedule).split()
    if len(fields) == AWS_FIELDS:
        weekday = re.sub(r"(?<![#/\d])[1-7]", lambda found: str(int(found[0]) - 1), fields[WEEKDAY])
        fields[WEEKDAY], _, number = weekday.partition("#")
        if number and (now.day - 1) // 7 + 1 != int(number):
            return False
    return bool(CronTab(" ".join(fields)).test(now))


def look_at_the_schedule(original: Callable[..., str], self: Any, schedule: str) -> str:
    """LocalStack keeps what it cannot read, and its rule never fires."""
    from localdev.refusals import refusal

    cron = original(self, schedule)
    try:
        matches(schedule, datetime.now(UTC))
    except ValueError as error:
        raise refusal(f"the emulator's EventBridge cannot keep the schedule {schedule}: {error}") from error
    return cron
