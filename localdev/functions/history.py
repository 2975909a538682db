"""The last invocations of all functions, for people and their tests: who looks asks for what came after a number."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from dataclasses import dataclass

KEPT = 1000
LOG_LIMIT = 16 * 1024  # characters kept of what one invocation logged: the last ones, for REPORT is among them


@dataclass(frozen=True)
class Invocation:
    """One invocation that has ended. ``number`` grows by one with each, over all functions.

    started: seconds since 1970. duration, billed, init (None if it was warm): milliseconds, as in REPORT.
    memory (the limit), peak: MiB. error: the type of what went wrong, or None; message: what it says.
    lines: how many there were, of which ``log`` holds the last.
    """

    number: int
    account: str
    region: str
    function: str
    version: str
    request_id: str
    started: float
    duration: float
    billed: int
    init: float | None
    memory: int
    peak: int
    error: str | None
    message: str | None
    log: list[str]
    lines: int


@dataclass(frozen=True)
class Running:
    """One that is under way and has logged something. Fields as in `Invocation`."""

    account: str
    region: str
    function: str
    version: str
    request_id: str
    started: float
    log: list[str]
    lines: int


_invocations: deque[Invocation] = deque(maxlen=KEPT)
_running: dict[str, Running] = {}
_recording = threading.Lock()
_last = 0


def record(
    arn: str,
    request_id: str,
    *,
    started: float,
    duration: float,
    billed: int,
    init: float | None,
    memory: int,
    peak: int,
    failure: bytes | None,
    log: str,
) -> None:
    """arn: of the version. failure: what Lambda answers for an invocation that failed; the rest as in `Invocation`."""
    global _last
    _, _, _, region, account, _, function, version = arn.split(":")
    error, message = (None, None) if failure is None else _reason(failure)
    with _recording:
        _running.pop(request_id, None)
        _last += 1
        _invocations.append(
            Invocation(
                number=_last,
                account=account,
                region=region,
                function=function,
                version=version,
                request_id=request_id,
                started=started,
                duration=round(duration, 2),
                billed=billed,
                init=None if init is None else round(init, 2),
                memory=memory,
                peak=peak,
                error=error,
                message=message,
                log=log[-LOG_LIMIT:].splitlines(),
                lines=len(log.splitlines()),
            )
        )


def goes_on(arn: str, request_id: str, *, started: float, log: str) -> None:
    """log: up to now; the rest as for `record`."""
    _, _, _, region, account, _, function, version = arn.split(":")
    kept, lines = log[-LOG_LIMIT:].splitlines(), len(log.splitlines())
    with _recording:
        _running[request_id] = Running(account, region, function, version, request_id, started, kept, lines)


def running(*, account: str | None = None, function: str | None = None) -> list[Running]:
    """The first to log first: all, or those of one account or of functions of a name."""
    with _recording:
        known = list(_running.values())
    return [each for each in known if account in (None, each.account) and function in (None, each.function)]


def after(number: int, *, account: str | None = None, function: str | None = None) -> list[Invocation]:
    """Those recorded later than this one, the oldest first: all, or those of one account or of functions of a name."""
    with _recording:
        recorded = list(_invocations)
    return [
        each
        for each in recorded
        if each.number > number and account in (None, each.account) and function in (None, each.function)
    ]


def last() -> int:
    """The number of the last one, 0 before the first."""
    return _last


def forget(account: str | None = None) -> None:
    """Those of one account, or all. Numbers go on."""
    with _recording:
        kept = [each for each in _invocations if account not in (None, each.account)]
        _invocations.clear()
        _invocations.extend(kept)
        for each in [known for known in _running.values() if account in (None, known.account)]:
            del _running[each.request_id]


def _reason(failure: bytes) -> tuple[str, str | None]:
    with contextlib.suppress(ValueError):
        answer = json.loads(failure)
        if isinstance(answer, dict):
            return str(answer.get("errorType", "Unhandled")), answer.get("errorMessage")
    return "Unhandled", None
