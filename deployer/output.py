"""Standard output."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def put(*lines: str, out: TextIO | None = None) -> bool:
    """Print for people. Nobody reading any more (``| head``) must not stop what is being done.

    Returns:
        False when it turns out that nobody reads any more.
    """
    try:
        print(*lines, sep="\n", file=out, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
