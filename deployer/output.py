"""Standard output."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def put(*lines: str, out: TextIO | None = None) -> None:
    """Print for people. Nobody reading any more (``| head``) must not stop what is being done."""
    try:
        print(*lines, sep="\n", file=out, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
