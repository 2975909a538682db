"""``expire``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from localdev.command import emulator_at, located

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@click.command()
@located
@click.option("--at", type=click.DateTime(FORMATS), help="As if it were this time; UTC, if it names no zone.")
def expire(root: Path, port: int, at: datetime | None) -> None:
    """Let go what has expired: S3 objects by lifecycle rules, DynamoDB items by their time to live."""
    moment = at and (at if at.tzinfo else at.replace(tzinfo=UTC))
    query = f"?at={moment.timestamp()}" if moment else ""
    counts = emulator_at(root, port).ask(f"/_localdev/expire{query}", method="POST")
    said = [
        f"{count} {kind.replace('_', ' ').removesuffix('s' if count == 1 else '')}"
        for kind, count in counts.items()
        if count
    ]
    click.echo(", ".join(said) if said else "nothing has expired")
