"""The files that functions and pages are made of: which those are, and which of them are saved."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from deployer.errors import PackageError

LOOK = 0.05  # seconds between two looks
BUSY = 10  # times as long as a look took: many files must not keep a processor busy
SETTLED = 0.05  # seconds in which nothing may change any more: a save may take several writes

# Python's, Node's, hidden, and what editors (Emacs, Vim and others) and file managers leave beside a file.
_STAYS_HERE = re.compile(
    r"__pycache__|node_modules|\..*|#.*#|4913|.*(~|\.pyc|\.swp|\.swx|\.bak|\.tmp|\.orig)|Thumbs\.db|desktop\.ini"
)

Stamp = tuple[int, int, int]  # inode, bytes, nanoseconds: an editor may replace a file, and a clock may stand still
Look = dict[Path, dict[str, Stamp]]


def stays_here(name: str) -> bool:
    """Whether no file or folder of that name is deployed: secrets, histories, caches and copies."""
    return bool(_STAYS_HERE.fullmatch(name))


def files_below(folder: Path, skipped: Callable[[str], bool] = stays_here) -> Iterator[Path]:
    """The files of a folder and of those in it, in order, but for skipped names.

    Raises:
        PackageError: something cannot be read, or is neither file nor folder: it must not be left out in silence.
    """

    def unreadable(error: OSError) -> None:
        raise PackageError(f"'{error.filename}' cannot be read: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not skipped(name))
        if links := [Path(parent, name) for name in folders if Path(parent, name).is_symlink()]:
            raise PackageError(f"'{links[0]}' is a link to a folder, which is not followed", "copy what it leads to")
        for path in (Path(parent, name) for name in sorted(names) if not skipped(name)):
            if not (path.is_file() and os.access(path, os.R_OK)):
                raise PackageError(f"'{path}' is no file that can be read", "remove it, or make it readable")
            yield path


def look(places: Iterable[Path]) -> Look:
    """What there is now: place to path to stamp of each file in it. A place is a folder, or one file."""
    return {place: dict(_stamps(place)) for place in places}


def _stamps(place: Path) -> Iterator[tuple[str, Stamp]]:
    if place.is_file():
        yield from _stamp(place)
    for parent, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not stays_here(name)]
        for name in names:
            if not stays_here(name):
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
