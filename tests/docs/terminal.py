"""A shell in a terminal, and somebody who types: what a document's reader sees, a program sees here."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

ENDED = re.compile(rb"\x1e(\d+)\x1e")  # what the shell prints after each command: record separators, and its exit code


class Terminal:
    """One bash for many commands, so that what one sets the next one finds. Not a colour, not an animation."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._screen, terminal = pty.openpty()
        commands, self._commands = os.pipe()
        try:
            self._shell = subprocess.Popen(
                ["bash", "--norc", f"/dev/fd/{commands}"],
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                cwd=folder,
                env={**environment, "TERM": "dumb", "NO_COLOR": "1"},
                pass_fds=(commands,),
                start_new_session=True,
            )
        finally:
            os.close(terminal)
            os.close(commands)
        os.write(self._commands, b"trap : INT\n")  # Ctrl-C ends what runs in the shell, and not the shell

    def type(self, command: str) -> None:
        os.write(self._commands, f"{command}\nprintf '\\036%d\\036' $?\n".encode())

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.killpg(self._shell.pid, signal.SIGINT)

    def read(
        self,
        limit: float,
        answers: Iterable[tuple[str, str]] = (),
        enough: Callable[[list[str]], bool] = lambda _: False,
    ) -> tuple[int | None, list[str]]:
        """Wait until what was typed has ended; type each answer once its question is there.

        Returns its exit code and the lines it printed since the last time; no code, if these are ``enough`` before.
        Raises TimeoutError after ``limit`` seconds.
        """
        deadline = time.monotonic() + limit
        waiting = [(question.encode(), answer) for question, answer in answers]
        printed = b""
        while not (ended := ENDED.search(printed)):
            late = time.monotonic() > deadline
            if not select.select([self._screen], [], [], 0 if late else 0.1)[0]:
                if not late:
                    continue
                raise TimeoutError(f"still running after {limit:.0f} s; so far:\n{printed.decode(errors='replace')}")
            printed += os.read(self._screen, 1 << 16)
            if waiting and printed.rstrip().endswith(waiting[0][0]):
                os.write(self._screen, f"{waiting.pop(0)[1]}\n".encode())
            if printed.endswith(b"\n") and enough(_lines(printed)):
                return None, _lines(printed)
        return int(ended[1]), _lines(printed[: ended.start()])

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close it, and end what still runs in it."""
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        os.close(self._screen)
        os.close(self._commands)


def _lines(printed: bytes) -> list[str]:
    return printed.decode(errors="replace").splitlines()
