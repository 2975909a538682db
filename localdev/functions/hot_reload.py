"""Functions that run from a folder: whether a file of it was saved.

LocalStack's magic bucket: ``Code={"S3Bucket": "hot-reload", "S3Key": "/absolute/folder"}``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = frozenset({"__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
Snapshot = frozenset[tuple[str, int, int, int]]


def snapshot(folder: Path) -> Snapshot:
    """Two are equal when no file was saved, made or removed between them, in the folders that links lead to as well.

    Takes 3 ms for a thousand files.
    """
    # An editor may write a new file and rename it; a tool may set the time.
    return frozenset(
        (entry.path, found.st_mtime_ns, found.st_size, found.st_ino) for entry, found in _entries(str(folder), set())
    )


def linked(folder: Path) -> tuple[str, ...]:
    """The files and folders that links in it lead to."""
    return tuple({os.path.realpath(entry.path) for entry, _ in _entries(str(folder), set()) if entry.is_symlink()})


def _entries(folder: str, seen: set[tuple[int, int]]) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """What it and all folders below it hold. seen: device and number of folders, for links may lead in circles."""
    try:
        this = Path(folder).stat()
        entries = [] if (this.st_dev, this.st_ino) in seen else list(os.scandir(folder))
    except OSError:
        return  # removed meanwhile, which shows as well
    seen.add((this.st_dev, this.st_ino))
    for entry in entries:
        if entry.name in SKIPPED:
            continue
        with contextlib.suppress(OSError):
            if not entry.is_dir():
                yield entry, entry.stat()
                continue
            if entry.is_symlink():
                yield entry, entry.stat(follow_symlinks=False)
            yield from _entries(entry.path, seen)
