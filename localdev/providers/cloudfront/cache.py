"""What a distribution keeps of its origins' answers."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote

LIMIT = 64 * 1024**2  # bytes; what was asked for longest ago goes first
EMPTY = 2048  # bytes that an entry takes without its body, about


class Answer(NamedTuple):
    """headers: names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Key(NamedTuple):
    """What makes two requests the same: path and query as they came, named headers, cookies."""

    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[tuple[str, str], ...]


class Entry(NamedTuple):
    """stored, expires: seconds of the monotonic clock. error: whether the origin had failed."""

    answer: Answer
    stored: float
    expires: float
    error: bool

    @property
    def age(self) -> int:
        return int(time.monotonic() - self.stored)


@dataclass
class Cache:
    _entries: OrderedDict[Key, Entry] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __reduce__(self) -> tuple[type[Cache], tuple[()]]:
        """A saved one is empty: the clock that its entries go by ends with the machine."""
        return Cache, ()

    def get(self, key: Key) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.expires <= time.monotonic():
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry

    def put(self, key: Key, answer: Answer, seconds: float, *, error: bool) -> None:
        now = time.monotonic()
        with self._lock:
            self._drop(key)
            self._entries[key] = Entry(answer, now, now + seconds, error)
            self._size += _weight(answer)
            while self._entries and (self._size > LIMIT or next(iter(self._entries.values())).expires <= now):
                self._drop(next(iter(self._entries)))

    def invalidate(self, patterns: list[str]) -> None:
        """Patterns as in an invalidation: a path, maybe with a query, or the beginning of one and ``*``."""
        wanted = [unquote(pattern) for pattern in patterns]
        with self._lock:
            for key in list(self._entries):
                path, full = unquote(key.path), unquote(f"{key.path}?{key.query}")
                if any(_covers(pattern, path) or _covers(pattern, full) for pattern in wanted):
                    self._drop(key)

    def _drop(self, key: Key) -> None:
        if entry := self._entries.pop(key, None):
            self._size -= _weight(entry.answer)


def _weight(answer: Answer) -> int:
    return EMPTY + len(answer.body)


def _covers(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
