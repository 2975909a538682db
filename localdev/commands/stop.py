"""``stop``."""

from __future__ import annotations

from pathlib import Path

import click

from localdev.command import emulator_at, located


@click.command()
@located
def stop(root: Path, port: int | None) -> None:
    """Stop the emulator and every function it runs. What it was started with --state for is kept."""
    emulator = emulator_at(root, port)
    left_out = emulator.save()
    stopped = emulator.stop()
    click.echo("stopped" if stopped else "not running")
    if left_out:
        click.echo(f"may hold what is not kept, for it would not come back whole: {', '.join(left_out)}")
