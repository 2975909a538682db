"""Functions and layers that run from a folder: whether a file of it was saved.

LocalStack's magic bucket: ``Code={"S3Bucket": "hot-reload", "S3Key": "/absolute/folder"}``.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

LOG = logging.getLogger(__name__)
MOST = 20_000  # files and folders
SKIPPED = frozenset({"__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
Snapshot = frozenset[tuple[str, int, int, int]]


def snapshot(*folders: Path) -> Snapshot:
    """Two are equal when no file was saved, made or removed between them, in the folders that links lead to as well.

    Takes 3 ms for a thousand files. A link to all that somebody has must not hold up each invocation.
    """
    # An editor may write a new file and rename it; a tool may set the time.
    return frozenset(
        (entry.path, found.st_mtime_ns, found.st_size, found.st_ino)
        for folder in folders
        for entry, found in _entries(str(folder))
    )


def linked(folder: Path) -> tuple[str, ...]:
    """The files and folders that links in it lead to."""
    return tuple({os.path.realpath(entry.path) for entry, _ in _entries(str(folder)) if entry.is_symlink()})


def _entries(top: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """What it and all folders below it hold, then what links lead to, up to so much."""
    own, linked, left = [top], deque[str](), MOST
    seen: set[tuple[int, int]] = set()  # devices and numbers of folders, for links may lead in circles
    while own or linked:
        folder = own.pop() if own else linked.popleft()
        try:
            this = Path(folder).stat()
            if (this.st_dev, this.st_ino) in seen:
                continue
            with os.scandir(folder) as found:
                entries = list(islice((entry for entry in found if entry.name not in SKIPPED), left + 1))
        except OSError:
            continue  # removed meanwhile, which shows as well
        seen.add((this.st_dev, this.st_ino))
        for entry in entries:
            if not left:
                say_once(top)
                return
            left -= 1
            with contextlib.suppress(OSError):
                if not entry.is_dir():
                    yield entry, entry.stat()
                elif entry.is_symlink():
                    yield entry, entry.stat(follow_symlinks=False)
                    linked.append(entry.path)
                else:
                    own.append(entry.path)


@cache
def say_once(folder: str) -> None:
    LOG.warning("%s and what its links lead to is too much: saved files beyond the first %d are not seen", folder, MOST)
