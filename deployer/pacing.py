"""How fast a service lets itself be called; we keep below it rather than be refused."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from deployer.waiting import waiting

_MARGIN = 1.05  # clocks differ
_TELLING = 1.0  # seconds after which a wait is told of again


@dataclass
class Bucket:
    """A token bucket: ``rate`` calls a second in the long run, ``burst`` of them at once.

    A call may arrive at any moment up to its answer, so its token is on the way back from then on.
    """

    rate: float
    burst: int = 1
    _tokens: float = field(init=False)
    _under_way: int = field(init=False, default=0)
    _filled: float = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._tokens, self._filled = self.burst, time.monotonic()

    def take(self) -> float:
        """Begin a call and give 0, or else the seconds after which to try again."""
        with self._lock:
            self._fill()
            if self._tokens < 1:
                return (1 - self._tokens) * _MARGIN / self.rate
            self._tokens -= 1
            self._under_way += 1
            return 0.0

    def answered(self) -> None:
        """A call has ended."""
        with self._lock:
            self._fill()
            self._under_way -= 1

    def _fill(self) -> None:
        now = time.monotonic()
        gained = (now - self._filled) * self.rate / _MARGIN
        self._tokens, self._filled = min(self.burst - self._under_way, self._tokens + gained), now


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

    @contextlib.contextmanager
    def call(self, service: str, operation: str, sleep: Callable[[float], object]) -> Iterator[None]:
        """Wait until a call may be made; while this runs it is."""
        limits = self._limits.get(service, {})
        with contextlib.ExitStack() as under_way:
            for limit in [limits[key] for key in (operation, "*") if key in limits]:
                while pause := limit.take():
                    waiting.get()("waiting for API Gateway's rate limit")
                    sleep(min(pause, _TELLING))
                under_way.callback(limit.answered)
            yield
