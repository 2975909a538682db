"""What `wording` says around an invocation, for functions whose log format is JSON.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html; the end of an invocation is an event of
level DEBUG, which is off unless asked for.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from localdev.functions.wording import TIMED_OUT, Outcome, billed


def start(request_id: str, version: str) -> str:
    return _event("start", {"requestId": request_id, "version": version})


def end_and_report(
    request_id: str, outcome: Outcome, *, duration: float, init: float | None, memory: int, peak: int
) -> str:
    """duration and init (of a cold start) in milliseconds, memory and peak in MiB."""
    metrics = {
        "durationMs": round(duration, 3),
        "billedDurationMs": billed(duration, init),
        "memorySizeMB": memory,
        "maxMemoryUsedMB": peak,
    }
    if init is not None:
        metrics["initDurationMs"] = round(init, 3)
    return _event("report", {"requestId": request_id, "metrics": metrics, **_status(outcome)})


def init_report(outcome: Outcome, *, duration: float, phase: str) -> str:
    """Only for an init that failed. duration in milliseconds; phase: ``init`` or ``invoke``."""
    metrics = {"durationMs": round(duration, 3)}
    record = {"initializationType": "on-demand", "phase": phase, "metrics": metrics, **_status(outcome)}
    return _event("initReport", record)


def _status(outcome: Outcome) -> dict[str, str]:
    if outcome.kind == TIMED_OUT:
        return {"status": "timeout"}
    kind = {} if outcome.kind is None else {"errorType": outcome.kind}
    return {"status": "error" if outcome.failed else "success", **kind}


def _event(kind: str, record: dict[str, Any]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": f"platform.{kind}", "record": record}) + "\n"
