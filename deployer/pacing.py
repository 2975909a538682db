"""How fast a service lets itself be called; we keep below it rather than be refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deployer.waiting import waiting

_MARGIN = 1.05  # clocks differ, and networks bunch calls together


@dataclass
class Bucket:
    """A token bucket: ``rate`` calls a second in the long run, ``burst`` of them at once."""

    rate: float
    burst: int = 1
    _tokens: float = field(init=False)
    _filled: float = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._tokens, self._filled = self.burst, time.monotonic()

    def take(self) -> float:
        """Reserve a call; gives the seconds to wait before it may be made."""
        with self._lock:
            now = time.monotonic()
            rate = self.rate / _MARGIN
            self._tokens = min(self.burst, self._tokens + (now - self._filled) * rate) - 1
            self._filled = now
            return max(0.0, -self._tokens / rate)


def api_gateway() -> dict[str, Bucket]:
    """The limits of an account and region, which cannot be raised; ``*`` is for all operations together.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    return {
        "create_rest_api": Bucket(1 / 3),
        "delete_rest_api": Bucket(1 / 30),
        "put_rest_api": Bucket(1),
        "create_deployment": Bucket(1 / 5),
        "get_resources": Bucket(5 / 2, burst=5),
        "*": Bucket(10, burst=40),
    }


class Pace:
    """Keeps calls below the limits of their service."""

    def __init__(self) -> None:
        self._limits = {"apigateway": api_gateway()}

    def wait(self, service: str, operation: str, sleep: Callable[[float], object]) -> None:
        """Return when a call may be made."""
        limits = self._limits.get(service, {})
        pause = max((limits[key].take() for key in (operation, "*") if key in limits), default=0)
        if pause:
            waiting.get()("waiting for API Gateway's rate limit")
            sleep(pause)
