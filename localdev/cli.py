"""The command line: ``python -m localdev``. The only place that prints errors or exits."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import NoReturn

import click

from localdev import commands

INTERRUPTED = 130


class Commands(click.Group):
    """Every command, by reading the folder: adding a file adds a command."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        command: click.Command = getattr(importlib.import_module(f"localdev.commands.{name}"), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """AWS on this machine: LocalStack as a plain process, without Docker, account or token."""


def main() -> NoReturn:
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "python -m localdev"
        say(error.format_message(), f"see: {path} --help")
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
    say(str(error), hint)
    sys.exit(1)


def say(error: str, hint: str) -> None:
    click.echo(f"error: {error}\nhint: {hint}", err=True)
