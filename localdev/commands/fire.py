"""``fire``."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import click

from localdev.command import emulator_at, located


@click.command()
@located
@click.argument("rule")
@click.option("--group", help="RULE is a schedule of EventBridge Scheduler, in this group.")
@click.option("--bus", help="The rule's event bus.  [default: default]")
@click.option("--region", help="[default: us-east-1]")
@click.option("--account", help="[default: 000000000000]")
def fire(root: Path, port: int | None, rule: str, **where: str | None) -> None:
    """Let a scheduled rule of EventBridge fire now. Exit code 1 if a target did not take it."""
    if not rule:
        raise click.BadParameter("a rule has a name", param_hint="RULE")
    query = urlencode({name: value for name, value in where.items() if value is not None})
    path = f"/_localdev/events/{quote(rule, safe='')}/fire?{query}"
    targets = emulator_at(root, port).ask(path, method="POST")["targets"]
    for target in targets:
        click.echo(f"{target['arn']}: {target['error'] or 'delivered'}")
    if not targets:
        click.echo(f"{rule} has no targets")
    sys.exit(any(target["error"] for target in targets))
