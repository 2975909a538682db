"""Kills the Lambda processes that the emulator leaves behind, however it ended.

A process of its own: it reads what to end from a pipe only the emulator writes to, and the end of that pipe
is the end of the emulator, by SIGKILL too. (Linux's parent death signal would not do: it is
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
import time
from pathlib import Path

# Tells an environment's processes, those included that left its group: each environment has another value, which
# no function may choose, and what a process starts inherits it.
MARK = "AWS_LAMBDA_LOG_STREAM_NAME"
PAUSE = 0.005  # seconds between looks at what was killed
LIMIT = 10.0  # seconds: what the system cannot end, as it waits for a disk, must not hold up everything


class Watchdog:
    """The emulator's end of the pipe. lock: the descriptor that holds the folder's lock."""

    def __init__(self, lock: int) -> None:
        self._lock = lock
        self._guard = threading.Lock()
        self._watched: dict[int, str] = {}
        self._process = self._start()

    def watch(self, group: int, mark: str) -> None:
        """mark: the value of the variable `MARK`."""
        with self._guard:
            self._watched[group] = mark
            self._tell(f"+{group} {mark}\n")

    def forget(self, group: int) -> None:
        with self._guard:
            del self._watched[group]
            self._tell(f"-{group}\n")

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            # Bare: it shall start in milliseconds and must not depend on what is installed.
            [sys.executable, "-I", "-S", str(Path(__file__))],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(self._lock,),
            start_new_session=True,
        )

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except BrokenPipeError:  # somebody killed it: another one is told everything
            self._process.wait()
            self._process = self._start()
            self._write("".join(f"+{group} {mark}\n" for group, mark in self._watched.items()))

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())


def end_environment(group: int, mark: str) -> None:
    """SIGKILL for a group, and until it is gone for whatever has the mark (where /proc shows it, which macOS lacks)."""
    # Gone already; macOS answers EPERM for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + LIMIT
    while (found := marked(mark)) and time.monotonic() < deadline:  # they may have started more meanwhile
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(PAUSE)


def marked(mark: str) -> set[int]:
    """The processes that have the mark."""
    variable = f"{MARK}={mark}\0".encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or is another user's
            if variable in (folder / "environ").read_bytes():
                found.add(int(folder.name))
    return found


def main() -> None:
    groups: dict[int, str] = {}
    for line in sys.stdin:
        group, _, mark = line[1:].rstrip("\n").partition(" ")
        if line.startswith("+"):
            groups[int(group)] = mark
        else:
            groups.pop(int(group), None)
    for each, mark in groups.items():
        end_environment(each, mark)


if __name__ == "__main__":
    main()
