"""``logs``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from localdev.command import emulator_at, located

FOLLOW_INTERVAL = 0.2  # seconds


@click.command()
@located
@click.option("--follow", "-f", is_flag=True, help="Keep printing what is added.")
def logs(root: Path, port: int, follow: bool) -> None:
    """Print LocalStack's log."""
    from localdev.errors import LocaldevError

    path = emulator_at(root, port).log
    try:
        log = path.open("rb")
    except FileNotFoundError:
        raise LocaldevError(f"no log at {path}", "run: python -m localdev start") from None
    with log:
        click.echo(log.read(), nl=False)
        while follow:
            time.sleep(FOLLOW_INTERVAL)
            if path.stat().st_size < log.tell():
                log.seek(0)  # the emulator was started anew
            click.echo(log.read(), nl=False)
