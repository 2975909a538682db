"""A terminal, and somebody who types."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import subprocess
import termios
from collections.abc import Callable

from tests.launcher import LIMIT, environment


def in_terminal(
    arguments: list[str],
    question: str = "",
    answer: str = "",
    meanwhile: Callable[[], object] = lambda: None,
    look: Callable[[str], object] = lambda _: None,
    **variables: str,
) -> tuple[int, str]:
    """Exit code and all that a terminal of 100 columns gets.

    Args:
        answer: typed when ``question`` is on the screen; ``"\\x03"`` is Ctrl-C.
        meanwhile: what happens before that.
        look: is called with all that is on the screen up to now, whenever there is more.
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
            look(shown.decode(errors="replace"))
            if answer and question.encode() in shown:
                meanwhile()
                os.write(ours, answer.encode())
                answer = ""
    os.close(ours)
    return process.wait(timeout=LIMIT), shown.decode()


def screen(shown: str) -> list[str]:
    """The lines that stay: what a terminal makes of the few escape codes that move its cursor."""
    lines, row, column = [""], 0, 0
    for found in re.finditer(r"\x1b\[([0-9;?]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+", shown):
        text, number, code = found[0], found[1], found[2]
        if text == "\r":
            column = 0
        elif text == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif code == "A":
            row -= int(number or 1)
        elif code == "K":
            lines[row] = ""
        elif code is None:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
    return [line.rstrip() for line in lines]
