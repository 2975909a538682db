"""Notices files that are saved, by looking at them."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

LOOK = 0.05  # seconds between two looks
BUSY = 10  # times as long as a look took: many files must not keep a processor busy
SETTLED = 0.05  # seconds in which nothing may change any more: a save may take several writes

# Python's, hidden, and what editors leave beside a file while they save it: Emacs, Vim, and others.
_IGNORED = re.compile(r"__pycache__$|\.|#.*#$|4913$|.*(~|\.pyc|\.swp|\.swx|\.bak|\.tmp|\.orig)$")

Stamp = tuple[int, int, int]  # inode, bytes, nanoseconds: an editor may replace a file, and a clock may stand still
Look = dict[Path, dict[str, Stamp]]


def look(places: Iterable[Path]) -> Look:
    """What there is now: place to path to stamp of each file in it. A place is a folder, or one file."""
    return {place: dict(_stamps(place)) for place in places}


def _stamps(place: Path) -> Iterator[tuple[str, Stamp]]:
    if place.is_file():
        yield from _stamp(place)
    for parent, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not _IGNORED.match(name)]
        for name in names:
            if not _IGNORED.match(name):
                yield from _stamp(Path(parent, name))


def _stamp(path: Path) -> Iterator[tuple[str, Stamp]]:
    with contextlib.suppress(OSError):  # not there any more
        found = path.stat()
        yield str(path), (found.st_ino, found.st_size, found.st_mtime_ns)


def changed(before: Look, after: Look) -> dict[Path, set[str]]:
    """Place to the paths of files that were saved, added or removed; without places in which none was."""
    differences = {
        place: {path for path, _ in before.get(place, {}).items() ^ stamps.items()} for place, stamps in after.items()
    }
    return {place: paths for place, paths in differences.items() if paths}


def wait(before: Look) -> Look:
    """Return what there is when something has changed since ``before``, and nothing changes any more."""
    while True:
        started = time.monotonic()
        now = look(before)
        if now != before:
            break
        time.sleep(max(LOOK, BUSY * (time.monotonic() - started)))
    while True:
        time.sleep(SETTLED)
        again = look(before)
        if again == now:
            return now
        now = again
