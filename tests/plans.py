"""Which calls go wrong, for :class:`tests.proxy.Proxy`."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from tests.proxy import Call, Fault, Plan, refuse


def at(number: int, fault: Fault) -> Plan:
    """One fault, at the call that arrives as the n-th."""
    return lambda call: fault if call.number == number else None


def at_write(number: int, fault: Fault) -> Plan:
    """One fault, at the n-th call that writes."""
    writes = itertools.count(1)
    return lambda call: fault if call.writes and next(writes) == number else None


def first(count: int, names: str | tuple[str, ...], fault: Fault) -> Plan:
    """The first ``count`` calls of these names fail."""
    wanted = (names,) if isinstance(names, str) else names
    turns = itertools.count(1)
    return lambda call: fault if call.name in wanted and next(turns) <= count else None


def during(seconds: float, names: str | tuple[str, ...], fault: Fault, after: str = "") -> Plan:
    """Calls of these names fail for so long: since the first of them, or since one of the name ``after`` arrived."""
    wanted = (names,) if isinstance(names, str) else names
    began: list[float] = []

    def plan(call: Call) -> Fault | None:
        if call.name == after or (call.name in wanted and not after and not began):
            began.append(call.started)
        return fault if call.name in wanted and began and call.started < began[-1] + seconds else None

    return plan


def until(over: Callable[[], bool], names: str | tuple[str, ...], fault: Fault) -> Plan:
    """Calls of these names fail until something else has happened."""
    wanted = (names,) if isinstance(names, str) else names
    return lambda call: fault if call.name in wanted and not over() else None


def sometimes(share: float, faults: list[Fault], seed: int) -> Plan:
    """A share of all calls, from 0 to 1, meets one of the faults; the n-th call always meets the same.

    The same request gets through at the fourth attempt, or among thousands one would fail as often as it is made.
    """
    failed: Counter[str] = Counter()

    def plan(call: Call) -> Fault | None:
        random = Random(seed * 1_000_003 + call.number)
        if random.random() >= share or (call.request and failed[call.request] == 3):
            return None
        failed[call.request] += 1
        return random.choice(faults)

    return plan


def together(*plans: Plan) -> Plan:
    """Several plans: the first that has something for a call decides."""
    return lambda call: next((fault for plan in plans if (fault := plan(call))), None)


# Seconds between two calls of an operation, and calls a second of all together, of which some may come at once.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
API_GATEWAY_SECONDS = {"CreateRestApi": 3.0, "CreateDeployment": 5.0, "PutRestApi": 1.0, "DeleteRestApi": 30.0}
API_GATEWAY_RATE, API_GATEWAY_BURST = 10.0, 40


class ApiGatewayLimits:
    """A plan: API Gateway's limits for an account, which nobody can raise. ``haste``: how much faster time passes."""

    def __init__(self, haste: float = 1) -> None:
        self._haste = haste
        self._next: dict[str, float] = {}
        self._tokens, self._filled = float(API_GATEWAY_BURST), time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> Fault | None:
        if call.service != "apigateway":
            return None
        with self._lock:
            return None if self._takes(call.operation) else refuse(429, "TooManyRequestsException", "Too Many Requests")

    def _takes(self, operation: str) -> bool:
        now = time.monotonic()
        gained = (now - self._filled) * API_GATEWAY_RATE * self._haste
        self._tokens, self._filled = min(API_GATEWAY_BURST, self._tokens + gained), now
        if self._tokens < 1 or now < self._next.get(operation, 0):
            return False
        self._tokens -= 1
        self._next[operation] = now + API_GATEWAY_SECONDS.get(operation, 0) / self._haste
        return True
