"""What Lambda authorizers answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

Key = tuple[str, str, str, tuple[str, ...]]  # API, stage, authorizer, and what the caller is known by


class Cache:
    """Answers of functions, until they are too old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[Key, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Key) -> Any:
        expires, answer = self._kept.get(key, (0, None))
        return answer if expires > self._clock() else None

    def put(self, key: Key, answer: Any, ttl: float) -> None:
        with self._lock:
            now = self._clock()
            self._kept = {each: kept for each, kept in self._kept.items() if kept[0] > now}
            self._kept[key] = now + ttl, answer

    def flush(self, api_id: str, stage: str) -> None:
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[:2] != (api_id, stage)}
