"""Kills the Lambda processes that the emulator leaves behind, however it ended.

A process of its own: it reads process group numbers from a pipe only the emulator writes to, and the end
of that pipe is the end of the emulator, by SIGKILL too. (Linux's parent death signal would not do: it is
sent when the *thread* that started the child ends. A thread inside the function's process would not
either: the function would see it, and could hold it up.) It inherits the folder's lock, so the folder
counts as free only once no Lambda process is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Watchdog:
    """The emulator's end of the pipe. lock: the descriptor that holds the folder's lock."""

    def __init__(self, lock: int) -> None:
        self._guard = threading.Lock()
        self._process = subprocess.Popen(
            # Bare: it shall start in milliseconds and must not depend on what is installed.
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(lock,),
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with self._guard:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


def main() -> None:
    groups: set[int] = set()
    for line in sys.stdin.buffer:
        number = int(line[1:])
        if line.startswith(b"+"):
            groups.add(number)
        else:
            groups.discard(number)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
