"""What the commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from localdev.emulator import Emulator


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


def emulator_at(root: Path, port: int, *, strict: bool = False, state: Path | None = None) -> Emulator:
    from localdev.emulator import Emulator

    return Emulator(root, port, strict=strict, state=state)
