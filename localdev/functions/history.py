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


_invocations: deque[Invocation] = deque(maxlen=KEPT)
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
            )
        )


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


def _reason(failure: bytes) -> tuple[str, str | None]:
    with contextlib.suppress(ValueError):
        answer = json.loads(failure)
        if isinstance(answer, dict):
            return str(answer.get("errorType", "Unhandled")), answer.get("errorMessage")
    return "Unhandled", None
