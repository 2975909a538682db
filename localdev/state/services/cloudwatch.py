"""CloudWatch: metrics, which are in a database."""

# mypy: allow-untyped-calls
from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS

from localdev.state.part import Part

Rows = list[tuple[Any, ...]]


class Service(Part):
    def keep(self) -> dict[str, Rows]:
        with _database() as (connection, tables):
            return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}

    def restore(self, kept: dict[str, Rows]) -> None:
        with _database() as (connection, tables), connection:
            for table in tables:
                for row in kept[table][:1]:
                    values = ", ".join("?" * len(row))
                    connection.executemany(f"INSERT INTO {table} VALUES ({values})", kept[table])


@contextlib.contextmanager
def _database() -> Iterator[tuple[sqlite3.Connection, tuple[str, str]]]:
    """With the names of its tables."""
    provider: Any = SERVICE_PLUGINS.require("cloudwatch").lifecycle_hook
    database = provider.cloudwatch_database
    with database.DATABASE_LOCK, contextlib.closing(sqlite3.connect(database.METRICS_DB)) as connection:
        yield connection, (database.TABLE_SINGLE_METRICS, database.TABLE_AGGREGATED_METRICS)
