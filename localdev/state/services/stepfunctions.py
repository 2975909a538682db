"""Step Functions: executions, as they ended. One that runs can't be taken up again: it is aborted."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor import (
    map_run_record,
)
from localstack.services.stepfunctions.asl.eval.callback.callback import CallbackPoolManager
from localstack.services.stepfunctions.backend.execution import Execution, SyncExecution

from localdev.state.part import Part, Reduced, Reducers, as_it_is

ERROR = "Emulator.Stopped"
CAUSE = "The emulator was stopped while this execution ran."


@dataclass
class Ended:
    """In the place of what ran an execution. history: its events, as in GetExecutionHistory."""

    history: list[Any]
    env: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.env = SimpleNamespace(
            event_manager=SimpleNamespace(get_event_history=self.get_history),
            callback_pool_manager=CallbackPoolManager({}),
            map_run_record_pool_manager=map_run_record.MapRunRecordPoolManager(),
        )

    def __reduce__(self) -> Reduced:
        return Ended, (self.history,)

    def get_history(self) -> list[Any]:
        return self.history

    def stop(self, **why: Any) -> None:
        """It has."""


class Service(Part):
    def reducers(self) -> Reducers:
        return {Execution: ended, SyncExecution: ended}


def ended(execution: Execution) -> Reduced:
    history: list[Any] = list(execution.to_history_output()["events"]) if execution.exec_worker else []
    changes: dict[str, Any] = {"_cloud_watch_logging_session": None}
    if execution.exec_status == "RUNNING":
        now = datetime.now(UTC)
        changes |= {"exec_status": "ABORTED", "stop_date": now, "error": ERROR, "cause": CAUSE}
        event = {"timestamp": now, "type": "ExecutionAborted", "id": len(history) + 1, "previousEventId": len(history)}
        history.append(event | {"executionAbortedEventDetails": {"error": ERROR, "cause": CAUSE}})
    return as_it_is(execution, exec_worker=Ended(history), **changes)
