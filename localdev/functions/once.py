"""What is worked out a single time, whoever asks, however many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import cache, wraps
from typing import TypeVar

Answer = TypeVar("Answer")


def once(work: Callable[..., Answer]) -> Callable[..., Answer]:
    """As `functools.cache`, which lets those work too that ask before the first answer is there."""
    cached, working = cache(work), threading.RLock()

    @wraps(work)
    def ask(*arguments: Hashable) -> Answer:
        with working:
            return cached(*arguments)

    return ask
