"""What all environments share."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from localdev.functions.filesystem import can_mount
from localdev.functions.interpreters import Interpreter, here
from localdev.functions.once import once
from localdev.functions.runtime_folder import build_runtime_folder
from localdev.functions.watchdog import Watchdog
from localdev.process import LOCK

LOG = logging.getLogger(__name__)


@once
def watchdog() -> Watchdog:
    return Watchdog(int(os.environ[LOCK]))


@once
def runtime_folder(interpreter: Interpreter) -> Path:
    folder = Path.home() / "runtime" / interpreter.tag  # the emulator's home is its folder
    return build_runtime_folder(folder, compiled=interpreter == here())


@once
def mounts() -> bool:
    if not can_mount():
        LOG.warning("functions share this machine's /tmp: each is told another folder in TMPDIR")
    return can_mount()
