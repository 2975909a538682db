from __future__ import annotations

import json
from typing import Any


def make(of: Any, memo: dict[str, Any]) -> None:
    states = of("stepfunctions")
    arrive = {"Type": "Pass", "Result": {"arrived": True}, "End": True}
    wait = {"Type": "Wait", "Seconds": 3600, "Next": "Arrive"}
    choose = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.wait", "BooleanEquals": True, "Next": "Wait"}],
        "Default": "Arrive",
    }
    definition = {"StartAt": "Choose", "States": {"Choose": choose, "Wait": wait, "Arrive": arrive}}
    memo["machine"] = states.create_state_machine(
        name="travel",
        definition=json.dumps(definition),
        roleArn=f"arn:aws:iam::{of.number}:role/any",
        tags=[{"key": "owner", "value": "me"}],
    )["stateMachineArn"]
    memo["waiting"], memo["arrived"] = (start(of, memo, wait=wait) for wait in (True, False))
    while states.describe_execution(executionArn=memo["arrived"])["status"] == "RUNNING":
        pass


def start(of: Any, memo: dict[str, Any], wait: bool) -> str:
    started = of("stepfunctions").start_execution(stateMachineArn=memo["machine"], input=json.dumps({"wait": wait}))
    return str(started["executionArn"])


def look(of: Any, memo: dict[str, Any]) -> Any:
    states = of("stepfunctions")
    return [
        states.describe_state_machine(stateMachineArn=memo["machine"]),
        states.list_tags_for_resource(resourceArn=memo["machine"]),
        states.describe_execution(executionArn=memo["arrived"]),
        states.get_execution_history(executionArn=memo["arrived"]),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """One that ran is aborted, and says why; another can be started."""
    states = of("stepfunctions")
    waited = states.describe_execution(executionArn=memo["waiting"])
    assert (waited["status"], waited["error"]) == ("ABORTED", "Emulator.Stopped")
    assert waited["stopDate"] > waited["startDate"]
    last = states.get_execution_history(executionArn=memo["waiting"], reverseOrder=True)["events"][0]
    assert (last["type"], last["executionAbortedEventDetails"]["error"]) == ("ExecutionAborted", "Emulator.Stopped")
    states.stop_execution(executionArn=memo["waiting"])
    begun = start(of, memo, wait=False)
    until(lambda: states.describe_execution(executionArn=begun)["status"] == "SUCCEEDED")
