"""A shell in a terminal, and somebody who types: what a document's reader sees, a program sees here."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
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
                env={**environment, "TERM": "dumb"},
                pass_fds=(commands,),
                start_new_session=True,
            )
        finally:
            os.close(terminal)
            os.close(commands)

    def run(self, command: str, answers: list[tuple[str, str]], limit: float) -> tuple[int, list[str]]:
        """Type a command, and each answer once its question is there.

        Returns its exit code and the lines it printed. Raises TimeoutError after ``limit`` seconds.
        """
        os.write(self._commands, f"{command}\nprintf '\\036%d\\036' $?\n".encode())
        deadline = time.monotonic() + limit
        waiting = [(question.encode(), answer) for question, answer in answers]
        printed = b""
        while not (ended := ENDED.search(printed)):
            ready, _, _ = select.select([self._screen], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"still running after {limit:.0f} s; so far:\n{printed.decode(errors='replace')}")
            printed += os.read(self._screen, 1 << 16)
            if waiting and printed.rstrip().endswith(waiting[0][0]):
                os.write(self._screen, f"{waiting.pop(0)[1]}\n".encode())
        return int(ended[1]), printed[: ended.start()].decode(errors="replace").splitlines()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close it, and end what still runs in it."""
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        os.close(self._screen)
        os.close(self._commands)
