"""A terminal, and somebody who types."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import subprocess
import termios
from collections.abc import Callable

from tests.launcher import LIMIT, environment


def in_terminal(
    arguments: list[str],
    question: str = "",
    answer: str = "",
    meanwhile: Callable[[], object] = lambda: None,
    **variables: str,
) -> tuple[int, str]:
    """Exit code and all that a terminal of 100 columns gets.

    Args:
        answer: typed when ``question`` is on the screen; ``"\\x03"`` is Ctrl-C.
        meanwhile: what happens before that.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**{"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **variables}),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so when the last writer is gone
        while part := os.read(ours, 65536):
            shown += part
            if answer and question.encode() in shown:
                meanwhile()
                os.write(ours, answer.encode())
                answer = ""
    os.close(ours)
    return process.wait(timeout=LIMIT), shown.decode()
