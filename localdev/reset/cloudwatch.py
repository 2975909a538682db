"""CloudWatch: alarms' timers, and metrics, which are in a database."""

# mypy: allow-untyped-calls
from __future__ import annotations

import sqlite3
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS


def forget(account: str) -> None:
    provider: Any = SERVICE_PLUGINS.require("cloudwatch").lifecycle_hook
    alarms = provider.alarm_scheduler
    for arn in [arn for arn in list(alarms.scheduled_alarms) if arn.split(":")[4] == account]:
        alarms.delete_scheduler_for_alarm(arn)
    database = provider.cloudwatch_database
    with database.DATABASE_LOCK, sqlite3.connect(database.METRICS_DB) as connection:
        for table in (database.TABLE_SINGLE_METRICS, database.TABLE_AGGREGATED_METRICS):
            connection.execute(f"DELETE FROM {table} WHERE account_id = ?", [account])
