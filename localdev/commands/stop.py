"""``stop``."""

from __future__ import annotations

from pathlib import Path

import click

from localdev.command import emulator_at, located


@click.command()
@located
def stop(root: Path, port: int) -> None:
    """Stop the emulator and every function it runs."""
    click.echo("stopped" if emulator_at(root, port).stop() else "not running")
