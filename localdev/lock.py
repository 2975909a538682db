"""Which emulator owns a folder: a locked file, with the owner's particulars as its content.

The lock belongs to an open file, not to a process number: the emulator inherits that open file, so the
lock is held exactly as long as one of its processes lives, however it dies. No pid can be stale and no
reused pid can be mistaken for ours.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any


class FolderLock:
    """The lock of one emulator folder."""

    def __init__(self, root: Path, name: str = "emulator.lock") -> None:
        self.path = root / name

    def acquire(self) -> int | None:
        """The descriptor that holds the lock, to be inherited or closed, or None while another holds it."""
        return self._lock(fcntl.LOCK_EX)

    def _lock(self, kind: int) -> int | None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def held(self) -> bool:
        """Whether an emulator (or what is left of one) lives."""
        # Shared: two that look at once do not take each other for the emulator.
        if not self.path.exists() or (descriptor := self._lock(fcntl.LOCK_SH)) is None:
            return self.path.exists()
        os.close(descriptor)
        return False

    def owner(self) -> dict[str, Any]:
        """What the holder wrote about itself, ``pid`` and ``port`` among it; empty before it did."""
        try:
            owner: dict[str, Any] = json.loads(self.path.read_text() or "{}")
        except FileNotFoundError:
            return {}
        return owner


def write_owner(descriptor: int, **particulars: int | str | None) -> None:
    """Replaces the content of the locked file."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(particulars).encode(), 0)
