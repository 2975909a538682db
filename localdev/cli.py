"""The command line: ``python -m localdev``. The only place that prints errors or exits."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from localdev.emulator import Emulator

INTERRUPTED = 130
FOLLOW_INTERVAL = 0.2  # seconds


def located(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which emulator is meant."""
    project = Path(__file__).resolve().parent.parent
    command = click.option(
        "--dir",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        default=project / ".localdev",
        help="Where it keeps everything it writes.  [default: .localdev in the project]",
    )(command)
    return click.option(
        "--port", type=click.IntRange(1, 65535), default=4566, show_default=True, help="Port on 127.0.0.1."
    )(command)


def emulator_at(root: Path, port: int) -> Emulator:
    from localdev.emulator import Emulator

    return Emulator(root, port)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """AWS on this machine: LocalStack as a plain process, without Docker, account or token."""


@cli.command()
@located
def start(root: Path, port: int) -> None:
    """Start the emulator and return once it answers."""
    emulator = emulator_at(root, port)
    began = time.monotonic()
    started = emulator.start()
    version = emulator.status().version
    how = f"({time.monotonic() - began:.1f} s)" if started else "(already running)"
    click.echo(f"LocalStack {version} answers at {emulator.endpoint_url} {how}")


@cli.command()
@located
def stop(root: Path, port: int) -> None:
    """Stop the emulator and every function it runs."""
    click.echo("stopped" if emulator_at(root, port).stop() else "not running")


@cli.command()
@located
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def status(root: Path, port: int, as_json: bool) -> None:
    """Say whether the emulator runs. Exit code 1 if it does not answer."""
    state = emulator_at(root, port).status()
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(state)))
    elif state.ready:
        click.echo(f"LocalStack {state.version} answers at {state.url} (pid {state.pid})")
    else:
        click.echo("running, but not answering yet" if state.running else "not running")
    sys.exit(not state.ready)


@cli.command()
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


def main() -> NoReturn:
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        fail(error)


def fail(error: Exception) -> NoReturn:
    from localdev.errors import LocaldevError

    if isinstance(error, LocaldevError):
        hint = error.hint
    elif isinstance(error, OSError):
        hint = "check that the folder given by --dir can be written"
    else:
        hint = "this is a bug of localdev; please report it"
    click.echo(f"error: {error}\nhint: {hint}", err=True)
    sys.exit(1)
