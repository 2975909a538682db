"""``expire``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from localdev.command import emulator_at, located


def seconds(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    """Of a time in ISO 8601, since 1970."""
    if value is None:
        return None
    try:
        given = datetime.fromisoformat(value)
        since = (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
        datetime.fromtimestamp(since, UTC)  # the year 9999 ends earlier in the west
    except (ValueError, OverflowError):
        message = f"{value!r} is no time of the years 1 to 9999, as 2100-01-31 and 2100-01-31T10:00+01:00 are"
        raise click.BadParameter(message) from None
    else:
        return since


@click.command()
@located
@click.option(
    "--at", metavar="TIME", callback=seconds, help="As if it were this time, in ISO 8601; UTC, if it names no zone."
)
def expire(root: Path, port: int | None, at: float | None) -> None:
    """Let go what has expired. S3 objects do by lifecycle rules, DynamoDB items by their time to live."""
    query = f"?at={at}" if at is not None else ""
    counts = emulator_at(root, port).ask(f"/_localdev/expire{query}", method="POST")
    said = [
        f"{count} {kind.replace('_', ' ').removesuffix('s' if count == 1 else '')}"
        for kind, count in counts.items()
        if count
    ]
    click.echo(", ".join(said) if said else "nothing has expired")
