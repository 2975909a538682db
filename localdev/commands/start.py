"""``start``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from localdev.command import located, port_of


@click.command()
@located
@click.option(
    "--strict", is_flag=True, help="Refuse what AWS refuses: what a role may not do, what is too long or public."
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder: begin with what is kept there, and go on to keep there what there is.",
)
def start(root: Path, port: int | None, strict: bool, state: Path | None) -> None:
    """Start the emulator and return once it answers."""
    from localdev.emulator import DEFAULT_PORT, Emulator

    emulator = Emulator(root, port or port_of(root) or DEFAULT_PORT, strict=strict, state=state)
    began = time.monotonic()
    started = emulator.start()
    version = emulator.status().version
    how = f"({time.monotonic() - began:.1f} s)" if started else "(already running)"
    click.echo(f"LocalStack {version}{', strict,' if strict else ''} answers at {emulator.endpoint_url} {how}")
