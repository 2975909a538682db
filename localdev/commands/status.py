"""``status``."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

from localdev.command import emulator_at, located


@click.command()
@located
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def status(root: Path, port: int, as_json: bool) -> None:
    """Say whether the emulator runs. Exit code 1 if it does not answer."""
    state = emulator_at(root, port).status()
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(state)))
    elif state.ready:
        click.echo(
            f"LocalStack {state.version}{', strict,' if state.strict else ''} answers at {state.url} (pid {state.pid})"
        )
    else:
        click.echo("running, but not answering yet" if state.running else "not running")
    sys.exit(not state.ready)
