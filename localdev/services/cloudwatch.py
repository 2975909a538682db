"""CloudWatch: files of its database that stay open, and alarms that are to go on."""

# mypy: allow-untyped-calls
from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from localstack.services.cloudwatch import cloudwatch_database_helper
from localstack.services.cloudwatch.alarm_scheduler import AlarmScheduler
from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores
from localstack.utils.patch import Patch, patch


class Connection(sqlite3.Connection):
    """LocalStack opens one for each metric and takes the end of its ``with`` for the end of the connection."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.execute("PRAGMA synchronous = OFF")  # the file need not survive the machine

    def __exit__(self, *raised: Any) -> Any:
        try:
            return super().__exit__(*raised)
        finally:
            self.close()


def apply() -> None:
    connecting = SimpleNamespace(connect=partial(sqlite3.connect, factory=Connection))
    Patch(cloudwatch_database_helper, "sqlite3", connecting).apply()
    patch(AlarmScheduler.restart_existing_alarms)(restart_alarms)


def restart_alarms(original: Callable[..., None], self: Any) -> None:
    """After a state was loaded, those of every account. LocalStack restarts those of one."""
    for _, _, store in list(cloudwatch_stores.iter_stores()):
        for arn, alarm in list(store.alarms.items()):
            if isinstance(alarm, LocalStackMetricAlarm):
                self.schedule_metric_alarm(arn)
