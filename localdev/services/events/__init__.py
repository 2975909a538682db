"""EventBridge: what patterns of rules may say, and rules on a schedule."""

from __future__ import annotations


def apply() -> None:
    from localdev.services.events import patterns, schedules

    patterns.apply()
    schedules.apply()
