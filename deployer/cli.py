"""The command line. Nothing below it and its commands prints errors or exits.

Only click is imported at the top, here and in the commands: ``--help`` must not wait for boto3.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import NoReturn

import click

from deployer import commands
from deployer.command import INTERRUPTED
from deployer.endings import fail, leave
from deployer.errors import Interrupted, SkiffError, UsageError
from deployer.output import prepare


class Commands(click.Group):
    """Every command, by reading the folder: adding a file adds a command."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        command: click.Command = getattr(importlib.import_module(f"deployer.commands.{name}"), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def skiff() -> None:
    """Make AWS, or the emulator on this machine, look like config.yaml.

    Most commands take the names of apps; without any they are about all of them.
    """


def main() -> NoReturn:
    """Run the command line; what it refuses looks like every other error."""
    prepare()
    try:
        skiff.main(sys.argv[1:] or ["--help"], prog_name=Path(sys.argv[0]).name, standalone_mode=False)
        leave(0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else Path(sys.argv[0]).name
        leave(fail("--json" in sys.argv, UsageError(error.format_message(), f"see: python {path} --help")))
    except OSError as error:  # --help, on a full disk
        leave(fail("--json" in sys.argv, SkiffError(f"standard output: {error.strerror}")))
    except (click.Abort, KeyboardInterrupt):
        leave(fail("--json" in sys.argv, Interrupted(INTERRUPTED)))
