"""Invocations nobody waits for: retries, destinations, dead letters, queues; and how many may run at a time.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/, pages invocation-async-error-handling (RETRY),
invocation-async-retain-records (DEST), services-sqs-errorhandling (SQS), configuration-concurrency (CONC).
All that takes its time is begun before the first test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.functions.gate import Gate

pytestmark = pytest.mark.emulator

RETRIES = pytest.mark.feature(
    "Lambda", "retries of asynchronous invocations", partly="after one and two seconds, not minutes"
)
DESTINATIONS = pytest.mark.feature("Lambda", "destinations on success and on failure: queues, topics, functions, buses")
DEAD_LETTERS = pytest.mark.feature("Lambda", "dead letters to queues and topics")
SQS = pytest.mark.feature("Lambda", "SQS queues as event sources, with partial failures of batches")
CONCURRENCY = pytest.mark.feature("Lambda", "reserved concurrency")

SUCCEEDS = "def handler(event, context): return {'got': event}"
FAILS = "def handler(event, context): raise ValueError('no')"
EVENT = {"number": 1}


@dataclass(frozen=True)
class Queue:
    url: str
    arn: str
    client: Any

    def next(self) -> Any:
        for _ in range(10):
            asked = self.client.receive_message(QueueUrl=self.url, WaitTimeSeconds=3, MessageAttributeNames=["All"])
            for message in asked.get("Messages", []):
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                return message
        raise AssertionError("nothing arrives")


@pytest.fixture(scope="module")
def queue(client: Callable[[str], Any]) -> Callable[..., Queue]:
    def queue(name: str, **attributes: str) -> Queue:
        sqs = client("sqs")
        url = sqs.create_queue(QueueName=f"{name}-{os.getpid()}", Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Queue(url, arn, sqs)

    return queue


def called(function: Any, **destinations: str) -> str:
    """Configures and calls a function asynchronously; the id of the request."""
    retries = {} if destinations.pop("retried", "") else {"MaximumRetryAttempts": 0}
    config = {kind: {"Destination": arn} for kind, arn in destinations.items()}
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig=config, MaximumEventAgeInSeconds=3600, **retries
    )
    answer = function.client.invoke(FunctionName=function.name, InvocationType="Event", Payload=json.dumps(EVENT))
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    request: str = answer["ResponseMetadata"]["RequestId"]
    return request


@pytest.fixture(scope="module", autouse=True)
def retried(deploy: Callable[..., Any], queue: Callable[..., Queue]) -> tuple[Any, str, Queue]:
    """A function that fails, the request, and where the record of its failure goes."""
    function, records = deploy(FAILS), queue("retried")
    return function, called(function, OnFailure=records.arn, retried="yes"), records


@DESTINATIONS
@pytest.mark.parametrize("kind", ["sqs", "sns", "events"])
def test_success_is_told(
    kind: str, deploy: Callable[..., Any], queue: Callable[..., Queue], client: Callable[[str], Any]
) -> None:
    """DEST: the record's shape, and what wraps it."""
    records = queue(f"success-{kind}")
    arn = records.arn
    if kind == "sns":
        arn = client("sns").create_topic(Name=f"success-{os.getpid()}")["TopicArn"]
        client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=records.arn)
    elif kind == "events":
        name = f"success-{os.getpid()}"
        arn = client("events").create_event_bus(Name=name)["EventBusArn"]
        client("events").put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["lambda"]}')
        client("events").put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": records.arn}])
    function = deploy(SUCCEEDS)
    request = called(function, OnSuccess=arn, OnFailure=queue("never").arn)
    record = json.loads(records.next()["Body"])
    own = f"arn:aws:lambda:us-east-1:000000000000:function:{function.name}:$LATEST"
    if kind == "sns":
        record = json.loads(record["Message"])
    elif kind == "events":
        assert record["detail-type"] == "Lambda Function Invocation Result - Success"
        record = record["detail"]
    assert record.pop("timestamp")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request, "functionArn": own, "condition": "Success", "approximateInvokeCount": 1
        },
        "requestPayload": EVENT,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"got": EVENT},
    }  # fmt: skip


@DESTINATIONS
def test_a_function_is_called_with_what_became_of_another(deploy: Callable[..., Any], gate: Gate) -> None:
    """DEST; without retries the first failure is the last."""
    informed = deploy(gate.knock + "import json\ndef handler(event, context): knock(json.dumps(event))")
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{informed.name}"
    request = called(deploy(FAILS), OnFailure=arn)
    record = json.loads(gate.next())
    assert record["requestContext"]["requestId"] == request
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1


@DEAD_LETTERS
@pytest.mark.parametrize("kind", ["sqs", "sns"])
def test_what_fails_becomes_a_dead_letter(
    kind: str, deploy: Callable[..., Any], queue: Callable[..., Queue], client: Callable[[str], Any]
) -> None:
    """DEST, "Adding a dead-letter queue": the event itself, and three attributes."""
    letters = queue(f"dead-{kind}")
    arn = letters.arn
    if kind == "sns":
        arn = client("sns").create_topic(Name=f"dead-{os.getpid()}")["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=letters.arn, Attributes=raw)
    request = called(deploy(FAILS, DeadLetterConfig={"TargetArn": arn}))
    letter = letters.next()
    assert json.loads(letter["Body"]) == EVENT
    attributes = {name: (each["DataType"], each["StringValue"]) for name, each in letter["MessageAttributes"].items()}
    assert attributes == {
        "RequestID": ("String", request),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "no"),
    }


@SQS
def test_a_batch_may_fail_in_part(deploy: Callable[..., Any], queue: Callable[..., Queue], gate: Gate) -> None:
    """SQS, "Implementing partial batch responses": what is reported comes again, and nothing else."""
    source = (
        "import json\n"
        "def handler(event, context):\n"
        "    records = [[r['body'], int(r['attributes']['ApproximateReceiveCount'])] for r in event['Records']]\n"
        "    assert {r['eventSource'] for r in event['Records']} == {'aws:sqs'}\n"
        "    knock(json.dumps(records))\n"
        "    if ['all', 1] in records: raise ValueError('all of them')\n"
        "    both = zip(event['Records'], records)\n"
        "    failed = [r['messageId'] for r, [body, count] in both if body == 'bad' and count < 2]\n"
        "    return {'batchItemFailures': [{'itemIdentifier': each} for each in failed]}"
    )
    events = queue("events", VisibilityTimeout="60")
    function = deploy(gate.knock + source, Timeout=60)
    mapping = function.client.create_event_source_mapping(
        FunctionName=function.name,
        EventSourceArn=events.arn,
        BatchSize=5,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]
    # A busy machine may take long, and what failed shall come again at once: AWS would have them equal.
    events.client.set_queue_attributes(QueueUrl=events.url, Attributes={"VisibilityTimeout": "1"})
    bodies = ("good", "bad", "fine")
    events.client.send_message_batch(
        QueueUrl=events.url, Entries=[{"Id": body, "MessageBody": body} for body in bodies]
    )
    seen: list[list[Any]] = []

    def until_seen(*wanted: list[Any]) -> None:
        while not all(each in seen for each in wanted):
            seen.extend(json.loads(gate.next()))
            gate.open()

    until_seen(["good", 1], ["bad", 1], ["fine", 1], ["bad", 2])
    events.client.send_message(QueueUrl=events.url, MessageBody="all")
    until_seen(["all", 1], ["all", 2])
    assert sorted(seen) == [["all", 1], ["all", 2], ["bad", 1], ["bad", 2], ["fine", 1], ["good", 1]]
    function.client.delete_event_source_mapping(UUID=mapping)


@CONCURRENCY
def test_no_more_run_than_are_reserved(deploy: Callable[..., Any], gate: Gate) -> None:
    """CONC; API_Invoke: TooManyRequestsException with a reason."""
    function = deploy(gate.knock + "def handler(event, context):\n    if event: knock(event)\n    return event")

    def refused() -> None:
        with pytest.raises(ClientError, match="Rate Exceeded") as caught:
            function.invoke()
        answer = caught.value.response
        assert answer["Error"]["Code"] == "TooManyRequestsException"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"

    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(function.invoke, "first")
        assert gate.next() == "first"
        refused()
        gate.open()
        assert first.result().payload == "first"
    assert function.invoke().error is None
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    refused()
    function.client.delete_function_concurrency(FunctionName=function.name)
    assert function.invoke().error is None


@RETRIES
def test_a_failure_is_tried_twice_more(
    retried: tuple[Any, str, Queue], client: Callable[[str], Any], until: Any
) -> None:
    """RETRY: the same request three times, then its record."""
    function, request, records = retried
    record = json.loads(records.next()["Body"])
    assert record["requestContext"]["requestId"] == request
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == EVENT
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["responsePayload"]["errorType"], record["responsePayload"]["errorMessage"]) == ("ValueError", "no")
    group = f"/aws/lambda/{function.name}"

    def starts() -> list[str]:
        lines = [event["message"] for event in client("logs").filter_log_events(logGroupName=group)["events"]]
        return [line for line in lines if line.startswith("START")]

    until(lambda: len(starts()) == 3)
    assert set(starts()) == {f"START RequestId: {request} Version: $LATEST\n"}
