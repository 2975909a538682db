"""What Lambda says about an invocation: error payloads, START, END and REPORT lines.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html.
"""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

TIMED_OUT = "Sandbox.Timedout"
OUT_OF_MEMORY = "Runtime.OutOfMemory"
EXITED = "Runtime.ExitError"
TOO_LARGE = "Function.ResponseSizeTooLarge"


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended. ``kind``: the error's type if Lambda or the init ended it, not the handler."""

    body: bytes
    failed: bool = True
    kind: str | None = None


def _error(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), kind=kind)


def timed_out(request_id: str, timeout: int) -> Outcome:
    """timeout in seconds."""
    return _error(TIMED_OUT, f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds")


def exited(request_id: str, status: str, kind: str = EXITED) -> Outcome:
    """status: as in ``exit status 1`` or ``signal: killed``; ``exit status 0`` gave no reason."""
    how = "without providing a reason" if status == "exit status 0" else f"with error: {status}"
    return _error(kind, f"RequestId: {request_id} Error: Runtime exited {how}")


def too_large(limit: int) -> Outcome:
    """limit in bytes."""
    return _error(TOO_LARGE, f"Response payload size exceeded maximum allowed payload size ({limit} bytes).")


def init_error(body: bytes) -> Outcome:
    """What the runtime itself reported about code it could not load, unless it is the code that reports."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        return Outcome(body, kind=str(json.loads(body)["errorType"]))
    return _error("Runtime.Unknown", body.decode(errors="replace"))


def no_folder(handler: str, folder: str) -> Outcome:
    """As AWS's runtime words what it cannot import, though there is no such thing as a folder on AWS."""
    module = handler.rpartition(".")[0]
    return _error("Runtime.ImportModuleError", f"Unable to import module '{module}': there is no folder {folder}")


def start(request_id: str, version: str) -> str:
    return f"START RequestId: {request_id} Version: {version}\n"


def timeout_line(request_id: str, timeout: int) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return f"{now}Z {request_id} Task timed out after {timeout:.2f} seconds\n\n"


def end_and_report(
    request_id: str, outcome: Outcome, *, duration: float, init: float | None, memory: int, peak: int
) -> str:
    """duration and init (of a cold start) in milliseconds, memory and peak in MiB."""
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed(duration, init)} ms",
        f"Memory Size: {memory} MB",
        f"Max Memory Used: {peak} MB",
    ]
    if init is not None:
        fields.append(f"Init Duration: {init:.2f} ms")
    if outcome.kind is not None:
        fields.append(_status(outcome.kind))
    return f"END RequestId: {request_id}\n" + "\t".join(fields) + "\t\n"


def billed(duration: float, init: float | None) -> int:
    """All in milliseconds. The init of a cold start is paid for as well."""
    return math.ceil(duration + (init or 0))


def init_report(outcome: Outcome, *, duration: float, phase: str) -> str:
    """Only for an init that failed. duration in milliseconds; phase: ``init`` or ``invoke``."""
    status = _status(outcome.kind or "")
    return f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: {phase}\t{status}\n"


def _status(kind: str) -> str:
    return "Status: timeout" if kind == TIMED_OUT else f"Status: error\tError Type: {kind}"
