"""What every command has: its common options, and one way to end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from deployer.endings import fail, leave
from deployer.errors import Interrupted, SkiffError, Unforeseen
from deployer.run import Run
from deployer.waiting import telling

INTERRUPTED = "interrupted: running the same command again continues"

yes = click.option("--yes", is_flag=True, help="Do not ask before deleting on AWS.")


def command(apps: bool = True) -> Callable[[Callable[..., int]], click.Command]:
    """Make a command of a function that takes a :class:`Run` and returns an exit code.

    Args:
        apps: it takes names of apps.
    """

    def decorate(function: Callable[..., int]) -> click.Command:
        @functools.wraps(function)
        def wrapped(
            config: Path, stage: str | None, target: str, endpoint_url: str | None, as_json: bool, **more: Any
        ) -> NoReturn:
            run = Run(config, stage, target, endpoint_url, as_json, more.pop("apps", ()))
            try:
                run.begin()
                with telling(run.note):
                    code = function(run, **more)
            except (KeyboardInterrupt, click.Abort) as error:
                if isinstance(error, click.Abort):  # at a question, on whose line the cursor still stands
                    run.say("")
                code = fail(run.as_json, Interrupted(INTERRUPTED))
            except SkiffError as error:
                code = fail(run.as_json, error)
            except OSError as error:
                told = SkiffError(f"'{error.filename}': {error.strerror}") if error.filename else Unforeseen(error)
                code = fail(run.as_json, told)
            except Exception as error:
                code = fail(run.as_json, Unforeseen(error))
            leave(code)

        made: Any = wrapped
        if apps:
            made = click.argument("apps", nargs=-1, metavar="[APP]...")(made)
        for option in _OPTIONS:
            made = option(made)
        return click.command()(made)

    return decorate


_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs."),
    click.option("--endpoint-url", metavar="URL", help="A LocalStack that runs elsewhere."),
    click.option(
        "--target",
        type=click.Choice(["local", "aws"]),
        default="local",
        show_default=True,
        help="The emulator on this machine, or a real account.",
    ),
    click.option("--stage", metavar="NAME", help="Another copy of the same apps; overrides the file's."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        default="config.yaml",
        show_default=True,
        help="The configuration.",
    ),
)
