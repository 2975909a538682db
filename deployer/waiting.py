"""Who is told what a piece of work is waiting for, without every call having to pass it on."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator

waiting: contextvars.ContextVar[Callable[[str], None]] = contextvars.ContextVar("waiting", default=lambda _: None)


@contextlib.contextmanager
def telling(tell: Callable[[str], None]) -> Iterator[None]:
    """While this runs, what the work waits for is told to ``tell``."""
    token = waiting.set(tell)
    try:
        yield
    finally:
        waiting.reset(token)
