"""Where Python keeps the bytecode of functions and layers, whose own folders nothing can be written to.

Compiling a package takes a second that a cold start should not have to wait for twice.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "__pycache__"


def folder_of(code: Path) -> Path:
    """Beside the code, so that it goes where that goes."""
    return code.with_name("bytecode")


def lead_out(code: Path, unpacked: Path) -> None:
    """Lets bytecode land there. unpacked: where the code lies until it is complete, beside its place or in it.

    A package that brings bytecode along keeps it.
    """
    folder_of(code).mkdir(exist_ok=True)
    for folder, folders, files in os.walk(unpacked):
        if FOLDER not in folders + files and any(file.endswith(".py") for file in files):
            kept = folder_of(code) / Path(folder).relative_to(unpacked)
            kept.mkdir(parents=True, exist_ok=True)
            Path(folder, FOLDER).symlink_to(kept)
