"""``logs``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from localdev.command import emulator_at, located

if TYPE_CHECKING:
    from localdev.emulator import Emulator

FOLLOW_INTERVAL = 0.2  # seconds


@click.command()
@located
@click.option("--follow", "-f", is_flag=True, help="Keep printing what is added.")
@click.option("--functions", is_flag=True, help="What all functions logged in their last 1000 invocations.")
@click.argument("names", nargs=-1, metavar="[FUNCTION]...")
def logs(root: Path, port: int | None, follow: bool, functions: bool, names: tuple[str, ...]) -> None:
    """Print LocalStack's log, or what functions of these names logged."""
    emulator = emulator_at(root, port)
    if functions or names:
        print_functions(emulator, set(names), follow)
    else:
        print_log(emulator, follow)


def print_functions(emulator: Emulator, names: set[str], follow: bool) -> None:
    from localdev.errors import NotRunning, Refused
    from localdev.function_logs import lines

    known = {each["name"] for each in emulator.ask("/_localdev/status")["functions"]}
    if unknown := sorted(names - known):
        raise Refused(f"there is no function {unknown[0]!r}", f"there are: {', '.join(sorted(known)) or 'none yet'}")
    after = 0
    printed: dict[tuple[str, float], int] = {}  # how many lines of what is under way
    while True:
        try:
            told = emulator.ask(f"/_localdev/invocations?after={after}")
        except NotRunning:
            if not follow:
                raise
            click.echo("the emulator has stopped", err=True)
            return
        # One that ends just now may be among both.
        for ended in (False, True):
            for each in told["invocations" if ended else "running"]:
                attempt = each["request_id"], each["started"]
                if not names or each["function"] in names:
                    for line in lines(each, printed.get(attempt, 0)):
                        click.echo(line)
                printed[attempt] = each["lines"]
                if ended:
                    del printed[attempt]
        after = told["last"]
        if not follow:
            return
        time.sleep(FOLLOW_INTERVAL)


def print_log(emulator: Emulator, follow: bool) -> None:
    from localdev.errors import LocaldevError

    path = emulator.log
    try:
        log = path.open("rb")
    except FileNotFoundError:
        raise LocaldevError(f"no log at {path}", f"run: {emulator.command('start')}") from None
    with log:
        click.echo(log.read(), nl=False)
        while follow:
            time.sleep(FOLLOW_INTERVAL)
            if path.stat().st_size < log.tell():
                log.seek(0)  # the emulator was started anew
            click.echo(log.read(), nl=False)
