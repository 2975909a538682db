"""``status``."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from localdev.command import emulator_at, located


@click.command()
@located
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def status(root: Path, port: int | None, as_json: bool) -> None:
    """Say whether the emulator runs, and what it holds and runs. Exit code 1 if it does not answer."""
    emulator = emulator_at(root, port)
    state = emulator.status()
    inventory = emulator.ask("/_localdev/status") if state.ready else {}
    if as_json:
        click.echo(json.dumps(inventory | dataclasses.asdict(state)))
    elif state.ready:
        strict = ", strict," if state.strict else ""
        click.echo(f"LocalStack {state.version}{strict} answers at {state.url} (pid {state.pid})")
        click.echo("\n".join(told(inventory)))
    else:
        click.echo("running, but not answering yet" if state.running else "not running")
    sys.exit(not state.ready)


def told(inventory: dict[str, Any]) -> Iterator[str]:
    """An inventory (see `localdev.inventory`) as lines for people."""
    functions = inventory["functions"]
    environments = [each for function in functions for each in function["environments"]]
    yield f"up for {_time(inventory['uptime'])}; services: {', '.join(inventory['services']) or 'none loaded yet'}"
    yield (
        f"memory: {inventory['memory']:.0f} MiB, and {sum(each['memory'] for each in environments):.0f} MiB "
        f"in {_count(len(environments), 'process', 'processes')} of {_count(len(functions), 'function', 'functions')}"
    )
    if state := inventory["state"]:
        yield f"state: {state['dir']}, {_saved(state)}"
    for function in functions:
        states = [each["state"] for each in function["environments"]]
        warm = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
        place = _place(function["account"], function["region"])
        yield (
            f"  {function['name']}{place}: {function['runtime']}, {function['memory']} MiB, {function['timeout']} s, "
            f"{warm or 'cold'}"
        )
    yield f"console: {inventory['url']}/_localdev/"
    for url in inventory["urls"]:
        yield f"{url['kind']} {url['name']}{_place(url['account'])}: {url['url']}"


def _saved(state: dict[str, Any]) -> str:
    when = "not saved yet" if state["saved"] is None else f"saved {_time(time.time() - state['saved'])} ago"
    return f"{when}, and not since then: {state['error']}" if state["error"] else when


def _place(account: str, region: str = "us-east-1") -> str:
    """Said only where it is not the usual one."""
    places = [*([account] if account != "000000000000" else []), *([region] if region != "us-east-1" else [])]
    return f" ({', '.join(places)})" if places else ""


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _time(seconds: float) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    return (
        f"{seconds:.0f} s"
        if minutes < 1
        else f"{minutes:.0f} min"
        if hours < 1
        else f"{hours:.0f} h {minutes % 60:.0f} min"
    )
