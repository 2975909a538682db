"""``start``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from localdev.command import emulator_at, located


@click.command()
@located
def start(root: Path, port: int) -> None:
    """Start the emulator and return once it answers."""
    emulator = emulator_at(root, port)
    began = time.monotonic()
    started = emulator.start()
    version = emulator.status().version
    how = f"({time.monotonic() - began:.1f} s)" if started else "(already running)"
    click.echo(f"LocalStack {version} answers at {emulator.endpoint_url} {how}")
