"""CloudWatch: files of its database that stay open."""

# mypy: allow-untyped-calls
from __future__ import annotations

import sqlite3
from functools import partial
from types import SimpleNamespace
from typing import Any

from localstack.services.cloudwatch import cloudwatch_database_helper
from localstack.utils.patch import Patch


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
