"""Step Functions: LocalStack's own, which runs on Python 3.11."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localdev.emulator import Emulator
from tests.localdev.conftest import CREDENTIALS
from tests.localdev.queues import Queue

pytestmark = pytest.mark.emulator
ROLE = "arn:aws:iam::000000000000:role/machine"
MACHINES = pytest.mark.feature(
    "Step Functions", "state machines: Task, Choice, Map, Parallel, Pass, Wait, Succeed, Fail; Retry and Catch; history"
)
SERVICES = pytest.mark.feature(
    "Step Functions",
    "tasks that call other services",
    partly="those that are emulated; the error of others names the service",
)
LAMBDA = "arn:aws:states:::lambda:invoke"
DOUBLES = """
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if event.get("fails", 0) >= calls:
        raise ValueError(f"call {calls}")
    return {"number": 2 * event["number"]}
"""


@pytest.fixture(scope="module")
def machine(client: Callable[..., Any]) -> Callable[..., str]:
    """Makes a machine of these states, of which the first is the first, and returns its ARN."""

    def make(kind: str = "STANDARD", **states: Any) -> str:
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        name = f"machine-{time.time_ns()}"
        made = client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=ROLE, type=kind)
        arn: str = made["stateMachineArn"]
        return arn

    return make


@pytest.fixture(scope="module")
def run(client: Callable[..., Any], until: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a machine to its end: its description, and the types of events in its history."""

    def run(arn: str, **given: Any) -> Any:
        machines = client("stepfunctions")
        execution = machines.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]

        def ended() -> Any:
            described = machines.describe_execution(executionArn=execution)
            return described["status"] != "RUNNING" and described

        described = until(ended, seconds=60)
        history = machines.get_execution_history(executionArn=execution)["events"]
        return described, [event["type"] for event in history]

    return run


@MACHINES
def test_a_machine_with_everything(machine: Any, run: Any, deploy: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html, concepts-error-handling.html"""
    function = deploy(DOUBLES)
    retry = {"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 1}
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Bad"}
    called = {"Type": "Task", "Resource": LAMBDA, "OutputPath": "$.Payload"}
    called |= {"Parameters": {"FunctionName": function.name, "Payload.$": "$"}, "Retry": [retry], "Catch": [catch]}
    arn = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    each = {"StartAt": "Double", "States": {"Double": {"Type": "Task", "Resource": arn, "End": True}}}
    sides = [{"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": True}}} for name in "ab"]
    everything = machine(
        Call=called | {"Next": "Which"},
        Which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.number", "NumericGreaterThan": 5, "Next": "Each"}],
            "Default": "Wait",
        },
        Each={"Type": "Map", "ItemsPath": "$$.Execution.Input.items", "ItemProcessor": each, "End": True},
        Wait={"Type": "Wait", "SecondsPath": "$$.Execution.Input.seconds", "Next": "Sides"},
        Sides={"Type": "Parallel", "Branches": sides, "End": True},
        Bad={"Type": "Fail", "ErrorPath": "$.error.Error", "Cause": "why"},
    )
    described, history = run(everything, number=3, fails=1, items=[{"number": 1}, {"number": 2}])
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", [{"number": 2}, {"number": 4}])
    assert history[:2] == ["ExecutionStarted", "TaskStateEntered"]
    assert (history.count("TaskFailed"), history.count("TaskSucceeded")) == (1, 1)
    assert (history.count("MapIterationSucceeded"), history.count("LambdaFunctionSucceeded")) == (2, 2)
    assert history[-2:] == ["MapStateExited", "ExecutionSucceeded"]
    described, history = run(everything, number=1, seconds=0)
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", ["a", "b"])
    assert history[history.index("WaitStateEntered") + 1] == "WaitStateExited"
    described, history = run(everything, nothing=1)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "KeyError", "why")
    assert history.count("TaskFailed") == 1


@SERVICES
def test_tasks_of_other_services(machine: Any, run: Any, inbox: Callable[..., Queue]) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html"""
    queue = inbox()
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "ResultPath": None, "Next": "List"}
    send["Parameters"] = {"QueueUrl": queue.url, "MessageBody.$": "$.said"}
    listing = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "Parameters": {}, "Next": "Lost"}
    lost = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob", "End": True}
    lost["Parameters"] = {"JobName": "x", "JobQueue": "x", "JobDefinition": "x"}
    described, history = run(machine(Send=send, List=listing, Lost=lost), said="hello")
    assert (queue.next(1), history.count("TaskSucceeded"), described["status"]) == (["hello"], 2, "FAILED")
    assert described["cause"].startswith("the service batch is not emulated (SubmitJob)")


@pytest.mark.feature(
    "Step Functions",
    "StartSyncExecution of express machines",
    partly="clients must not put `sync-` before the address (botocore: `inject_host_prefix=False`)",
)
def test_express_machines(machine: Any, emulator: Emulator) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html"""
    arn = machine("EXPRESS", Only={"Type": "Pass", "Result": {"a": 1}, "End": True})
    settings = Config(inject_host_prefix=False)
    here = boto3.client("stepfunctions", endpoint_url=emulator.endpoint_url, config=settings, **CREDENTIALS)
    answer = here.start_sync_execution(stateMachineArn=arn, input="{}")
    here.close()
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"a":1}')


@pytest.mark.feature("Step Functions", "definitions that are refused: their syntax, states that are not there")
@pytest.mark.parametrize(
    ("states", "why"),
    [
        ({"A": {"Type": "Nothing", "End": True}}, "SCHEMA_VALIDATION_FAILED: .*mismatched input '\"Nothing\"''$"),
        ({"A": {"Type": "Pass"}}, "SCHEMA_VALIDATION_FAILED: .* at /States/A'"),
        ({"A": {"Type": "Pass", "Next": "B"}}, "MISSING_TRANSITION_TARGET: .*target: B at /States/A/Next'"),
        (
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Default": "C"}},
            "target: C at /States/A/Default.*target: B at /States/A/Choices.0./Next'",
        ),
        (
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True}]}},
            "'Next' is missing at /States/A/Choices.0.'",
        ),
        (
            {
                "A": {
                    "Type": "Map",
                    "End": True,
                    "ItemProcessor": {"StartAt": "B", "States": {"C": {"Type": "Succeed"}}},
                }
            },
            "target: B at /States/A/ItemProcessor/StartAt'",
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "A", "States": {"C": {"Type": "Fail"}}}]}},
            "target: A at /States/A/Branches.0./StartAt'",
        ),
        (
            {"A": {"Type": "Task", "Resource": LAMBDA, "End": True, "Catch": [{"ErrorEquals": ["x"], "Next": "B"}]}},
            "target: B at /States/A/Catch.0./Next'",
        ),
    ],
    ids=["type", "end", "next", "choice", "rule", "map", "parallel", "catch"],
)
def test_definitions_that_are_refused(machine: Any, states: Any, why: str) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html"""
    with pytest.raises(ClientError, match=f"InvalidDefinition.*Invalid State Machine Definition: '.*{why}"):
        machine(**states)


@pytest.mark.feature("Step Functions", "JSONata", lacking="InternalFailure (501): JSONPath alone is emulated")
def test_jsonata_is_refused(machine: Any) -> None:
    with pytest.raises(ClientError, match=r"InternalFailure.*JSONata are not emulated"):
        machine(A={"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": True})
