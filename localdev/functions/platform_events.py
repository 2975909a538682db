"""What `wording` says around an invocation, for functions whose log format is JSON.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html; levels as in
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html, "System log level event mapping".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from localdev.functions import wording
from localdev.functions.wording import TIMED_OUT, Outcome, billed

LEVELS = ("DEBUG", "INFO", "WARN")


class Lines(Protocol):
    """Durations in milliseconds, memory and peak in MiB."""

    def start(self, request_id: str, version: str) -> str: ...

    def end_and_report(
        self, request_id: str, outcome: Outcome, *, duration: float, init: float | None, memory: int, peak: int
    ) -> str: ...

    def init_report(self, outcome: Outcome, *, duration: float, phase: str) -> str: ...


def lines(logging: Mapping[str, Any]) -> Lines:
    """logging: a function's LoggingConfig."""
    return PlatformEvents(logging.get("SystemLogLevel") or "INFO") if logging.get("LogFormat") == "JSON" else wording


class PlatformEvents:
    """Those of the level, and of higher ones."""

    def __init__(self, level: str) -> None:
        self._told = LEVELS[LEVELS.index(level) :]

    def start(self, request_id: str, version: str) -> str:
        return self._event("INFO", "start", {"requestId": request_id, "version": version})

    def end_and_report(
        self, request_id: str, outcome: Outcome, *, duration: float, init: float | None, memory: int, peak: int
    ) -> str:
        """init: of a cold start."""
        metrics = {
            "durationMs": round(duration, 3),
            "billedDurationMs": billed(duration, init),
            "memorySizeMB": memory,
            "maxMemoryUsedMB": peak,
        }
        if init is not None:
            metrics["initDurationMs"] = round(init, 3)
        done = {"durationMs": round(duration, 3), "producedBytes": len(outcome.body)}
        ended, reported = ("WARN", "WARN") if outcome.failed else ("DEBUG", "INFO")
        return "".join(
            self._event(level, kind, {"requestId": request_id, "metrics": measured, **_status(outcome)})
            for level, kind, measured in ((ended, "runtimeDone", done), (reported, "report", metrics))
        )

    def init_report(self, outcome: Outcome, *, duration: float, phase: str) -> str:
        """Only for an init that failed. phase: ``init`` or ``invoke``."""
        metrics = {"durationMs": round(duration, 3)}
        record = {"initializationType": "on-demand", "phase": phase, "metrics": metrics, **_status(outcome)}
        return self._event("WARN", "initReport", record)

    def _event(self, level: str, kind: str, record: dict[str, Any]) -> str:
        if level not in self._told:
            return ""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"time": now, "type": f"platform.{kind}", "record": record}) + "\n"


def _status(outcome: Outcome) -> dict[str, str]:
    if outcome.kind == TIMED_OUT:
        return {"status": "timeout"}
    kind = {} if outcome.kind is None else {"errorType": outcome.kind}
    return {"status": "error" if outcome.failed else "success", **kind}
