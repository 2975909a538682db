"""What the commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from localdev.settings import ROOT

if TYPE_CHECKING:
    from localdev.emulator import Emulator


def located(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which emulator is meant."""
    command = click.option(
        "--dir",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        default=ROOT,
        help="Where it keeps everything it writes.  [default: .localdev in the project]",
    )(command)
    return click.option(
        "--port",
        type=click.IntRange(1, 65535),
        help="Port on 127.0.0.1.  [default: that of the folder's emulator; 4566 for a new one]",
    )(command)


def emulator_at(root: Path, port: int | None) -> Emulator:
    """The folder's, to be asked or stopped. Raises PortTaken if a port was given that is not its own."""
    from localdev.emulator import DEFAULT_PORT, Emulator

    emulator = Emulator(root, port or DEFAULT_PORT)
    if port is not None:
        _require_port(emulator)
    return emulator


def port_of(root: Path) -> int | None:
    """On which the folder's emulator runs."""
    from localdev.lock import FolderLock

    lock = FolderLock(root)
    return lock.owner().get("port") if lock.held() else None


def _require_port(emulator: Emulator) -> None:
    from localdev.asking import version_at
    from localdev.errors import PortTaken

    if (own := port_of(emulator.root)) is None:
        if version_at(emulator.port) is not None:
            raise PortTaken(
                f"an emulator answers on port {emulator.port}, but not that of {emulator.root}, which does not run",
                "name its folder with --dir",
            )
    elif own != emulator.port:
        raise PortTaken(
            f"the emulator of {emulator.root} runs on port {own}, not {emulator.port}",
            "leave out --port, or name another folder with --dir",
        )
