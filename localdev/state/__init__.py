"""What an emulator holds, in a folder: written when something has changed, read when it starts (``start --state DIR``).

LocalStack's stores and moto's backends are objects of their own code, so a file is of use to the very same versions
only; its first line says which. This module is what the command line needs of it; the emulator does the rest.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from localdev.errors import StateRefused
from localdev.lock import FolderLock

FILE = "state"
STATE = "LOCALDEV_STATE"  # the environment variable that names the folder to an emulator that keeps its state


def head(port: int) -> dict[str, Any]:
    """What must be the same for a file to be read. port: URLs with it are in what functions and pages know."""
    packages = {name: version(name) for name in ("localstack-core", "moto-ext", "skiff")}
    return {**packages, "python": f"{sys.version_info.major}.{sys.version_info.minor}", "port": port}


def check(folder: Path, port: int) -> None:
    """Makes the folder. Raises StateRefused unless it can be written and has no file yet, or one for this emulator."""
    require_writable(folder)
    os.close(claim(folder))
    try:
        with (folder / FILE).open("rb") as file:
            found = json.loads(file.readline())
    except FileNotFoundError:
        return
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StateRefused(f"{folder / FILE} is no state of an emulator", "choose another folder for --state")
    for what, ours in head(port).items():
        if found.get(what) != ours:
            raise StateRefused(
                f"the state in {folder} is of {what} {found.get(what)}, and this is {ours}",
                f"start with --port {found['port']}" if what == "port" else "begin anew: choose another folder",
            )


def require_writable(folder: Path) -> None:
    """Now, for when the emulator stops it is too late to choose another."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise StateRefused(
            f"no state can be kept in {folder}: {error.strerror}", "choose another folder for --state"
        ) from error


def claim(folder: Path) -> int:
    """The descriptor that keeps others from it as long as it is open. Raises StateRefused if another one has it."""
    descriptor = FolderLock(folder, "state.lock").acquire()
    if descriptor is None:
        raise StateRefused(f"another emulator keeps its state in {folder}", "choose another folder for --state")
    return descriptor
