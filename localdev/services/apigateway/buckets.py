"""How often is too often: token buckets for a rate, calendars for a quota. Nothing of them is written anywhere."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import TypeVar

Key = tuple[Hashable, ...]
Kept = TypeVar("Kept")


@dataclass
class Level:
    """tokens: how many requests may come at once, as of the time `at`."""

    tokens: float
    at: float


class Buckets:
    """One bucket for each key: it holds ``burst`` tokens and gains ``rate`` a second.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: dict[Key, Level] = {}
        self._lock = threading.Lock()

    def forget(self, names: Collection[str]) -> None:
        """All whose key has one of the names in it."""
        with self._lock:
            self._levels = _without(names, self._levels)

    def take(self, key: Key, rate: float, burst: float) -> bool:
        """Whether there was a token left."""
        with self._lock:
            now = self._clock()
            level = self._levels.setdefault(key, Level(burst, now))
            level.tokens = min(burst, level.tokens + rate * (now - level.at))
            level.at = now
            if level.tokens < 1:
                return False
            level.tokens -= 1
            return True


class Usage:
    """Requests counted by UTC day, for each key."""

    def __init__(self, today: Callable[[], datetime.date] | None = None) -> None:
        self.today = today or (lambda: datetime.datetime.now(datetime.UTC).date())
        self._counts: dict[Key, dict[datetime.date, int]] = {}
        self._lock = threading.Lock()

    def forget(self, names: Collection[str]) -> None:
        """All whose key has one of the names in it."""
        with self._lock:
            self._counts = _without(names, self._counts)

    def take(self, key: Key, limit: int, period: str, offset: int) -> bool:
        """Counts one request, if fewer than ``limit`` were counted in this period."""
        with self._lock:
            today = self.today()
            if self._used(key, began(today, period, offset), today) >= limit:
                return False
            days = self._counts.setdefault(key, {})
            days[today] = days.get(today, 0) + 1
            return True

    def on(self, key: Key, day: datetime.date) -> int:
        return self._counts.get(key, {}).get(day, 0)

    def used(self, key: Key, period: str, offset: int, day: datetime.date) -> int:
        """From the beginning of the period up to the end of that day."""
        with self._lock:
            return self._used(key, began(day, period, offset), day)

    def _used(self, key: Key, first: datetime.date, last: datetime.date) -> int:
        return sum(count for day, count in self._counts.get(key, {}).items() if first <= day <= last)


def _without(names: Collection[str], kept: dict[Key, Kept]) -> dict[Key, Kept]:
    return {key: value for key, value in kept.items() if not set(names) & set(key)}


def began(day: datetime.date, period: str, offset: int) -> datetime.date:
    """When the period began that a day is in. offset: the day it starts on.

    Of a WEEK 0 is Sunday, of a MONTH the first:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-usageplan-quotasettings.html
    """
    if period == "DAY":
        return day
    if period == "WEEK":
        return day - datetime.timedelta(days=(day.isoweekday() - offset) % 7)
    shifted = day - datetime.timedelta(days=offset)
    return shifted.replace(day=1) + datetime.timedelta(days=offset)
