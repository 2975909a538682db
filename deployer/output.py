"""Standard output, and what can be wrong with it: nobody may read it, it may be closed, the disk may be full."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_lost: OSError | None = None


def prepare() -> None:
    """Let what is closed lead nowhere, and no character be one too many for the terminal."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")


def put(*lines: str, out: TextIO | None = None) -> bool:
    """Print for people. That it cannot be written (``| head``, a full disk) must not stop what is being done.

    Returns:
        False when it turns out that nobody reads any more.
    """
    global _lost
    try:
        print(*lines, sep="\n", file=out, flush=True)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            _lost = error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return False
    return True


def lost() -> str:
    """Why some of it could not be written although somebody may want it; empty if all is well."""
    return (_lost and _lost.strerror) or ""
