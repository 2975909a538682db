"""Saves a moment after a request has changed something, and when the emulator ends: a crash loses little."""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from localstack.runtime.shutdown import SHUTDOWN_HANDLERS

from localdev.errors import StateRefused
from localdev.state import changes, claim, keeping

LOG = logging.getLogger(__name__)
DELAY = 2.0  # seconds
SHARE = 0.05  # of the time of a processor that saving may take, whatever others do meanwhile

_ended = threading.Event()
_folder: Path | None = None  # None until what is in it was loaded
error: str | None = None  # why it could not be saved the last time


def begin(folder: Path) -> None:
    """Loads what is there. Raises StateRefused if another emulator keeps its own there, or what is wrong with it."""
    global _folder
    claim(folder)  # as long as this process lives
    keeping.load(folder)
    _folder = folder
    SHUTDOWN_HANDLERS.register(end)
    threading.Thread(target=_save_on_changes, args=[folder], name="state", daemon=True).start()


def save() -> None:
    """Now. Raises StateRefused before `begin` is through, or what keeps it from being saved."""
    global error
    if _folder is None:
        raise StateRefused("it is being loaded", "wait a moment")
    try:
        keeping.save(_folder)
    except Exception as reason:
        error = f"{type(reason).__name__}: {reason}"
        raise
    error = None


def end() -> None:
    """Before LocalStack ends its services, which empties some. Also what has changed without a request is saved."""
    _ended.set()
    save()


def _save_on_changes(folder: Path) -> None:
    pause = DELAY
    while not _ended.is_set():
        changes.happened.wait()
        changes.happened.clear()
        if _ended.wait(pause) or keeping.saved():
            continue
        began = time.thread_time()
        try:
            save()
        except Exception:
            LOG.exception("what the emulator holds could not be saved in %s", folder)
        pause = max(DELAY, (time.thread_time() - began) / SHARE)
