"""SNS: who is told of what."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.queues import Queue

pytestmark = pytest.mark.emulator
POLICIES = pytest.mark.feature("SNS", "filter policies, on attributes and on bodies")
QUEUES = pytest.mark.feature("SNS", "topics that tell queues, wrapped or raw; FIFO topics")


@pytest.fixture
def topic(client: Callable[..., Any], request: pytest.FixtureRequest) -> str:
    name, fifo = f"{request.node.name}-{os.getpid()}", "fifo" in request.node.name
    attributes = {"FifoTopic": "true"} if fifo else {}
    arn: str = client("sns").create_topic(Name=name + ".fifo" * fifo, Attributes=attributes)["TopicArn"]
    return arn


@pytest.fixture
def subscribe(client: Callable[..., Any], topic: str, inbox: Callable[..., Queue]) -> Callable[..., Queue]:
    def subscribe(**attributes: str) -> Queue:
        queue = inbox(**({"FifoQueue": "true"} if topic.endswith(".fifo") else {}))
        client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes)
        return queue

    return subscribe


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


@QUEUES
def test_what_queues_get(
    client: Callable[..., Any], topic: str, subscribe: Callable[..., Queue], until: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html and its neighbours"""
    wrapped, raw = subscribe(), subscribe(RawMessageDelivery="true")
    sent = client("sns").publish(
        TopicArn=topic, Message="hello", Subject="greeting", MessageAttributes={"kind": text("a")}
    )
    [envelope] = wrapped.next_events(1)
    known = {"Type": "Notification", "MessageId": sent["MessageId"], "TopicArn": topic, "Message": "hello"}
    known |= {"Subject": "greeting", "MessageAttributes": {"kind": {"Type": "String", "Value": "a"}}}
    known["SignatureVersion"] = "1"
    assert known.items() <= envelope.items()
    assert set(envelope) - set(known) == {"Timestamp", "Signature", "SigningCertURL", "UnsubscribeURL"}
    [message] = until(lambda: raw.receive(WaitTimeSeconds=5))
    assert (message["Body"], message["MessageAttributes"]) == ("hello", {"kind": text("a")})


@QUEUES
def test_a_message_for_each_protocol(client: Callable[..., Any], topic: str, subscribe: Callable[..., Queue]) -> None:
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, MessageStructure"""
    queue, said = subscribe(RawMessageDelivery="true"), {"default": "for all", "sqs": "for queues"}
    client("sns").publish(TopicArn=topic, Message=json.dumps(said), MessageStructure="json")
    assert queue.next(1) == ["for queues"]


@QUEUES
def test_a_fifo_topic(client: Callable[..., Any], topic: str, subscribe: Callable[..., Queue]) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html"""
    queue = subscribe(RawMessageDelivery="true")
    for body in ("one", "two", "one", "three"):
        client("sns").publish(TopicArn=topic, Message=body, MessageGroupId="g", MessageDeduplicationId=body)
    assert queue.next(3) == ["one", "two", "three"]


@pytest.mark.feature("SNS", "messages that are refused: subjects, structures, FIFO topics without deduplication")
def test_what_is_refused_of_a_fifo_topic(client: Callable[..., Any], topic: str) -> None:
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
    sns = client("sns")
    group = {"MessageGroupId": "g"}
    once = group | {"MessageDeduplicationId": "1"}
    for wrong, error in (
        (group, "ContentBasedDeduplication enabled or"),
        (once | {"Subject": "x" * 101}, "Subject"),
        (once | {"Subject": "two\nlines"}, "Subject"),
        (once | {"Message": "[]", "MessageStructure": "json"}, "JSON message body failed to parse"),
        (once | {"Message": "{", "MessageStructure": "json"}, "JSON message body failed to parse"),
        (once | {"MessageStructure": "xml"}, "Message Structure"),
    ):
        with pytest.raises(ClientError, match=rf"\(InvalidParameter\).*{error}"):
            sns.publish(TopicArn=topic, **({"Message": "hello"} | wrong))
        entry = {"Id": "1", "Message": "hello"} | wrong
        with pytest.raises(ClientError, match=rf"\(InvalidParameter\).*{error}"):
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
    with pytest.raises(ClientError, match="EmptyBatchRequest"):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[])
    with pytest.raises(ClientError, match=r"\(InvalidParameter\).*Policy"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue="{")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="ContentBasedDeduplication", AttributeValue="true")
    assert sns.publish(TopicArn=topic, Message="hello", **group)["SequenceNumber"]


@QUEUES
def test_subjects_of_alarms_are_cut(client: Callable[..., Any], topic: str, subscribe: Callable[..., Queue]) -> None:
    """An alarm's name may be longer than a subject."""
    queue, name, alarms = subscribe(), "x" * 255, client("cloudwatch")
    alarms.put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        Namespace="cut",
        MetricName="cut",
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
    [told] = queue.next_events(1)
    alarms.delete_alarms(AlarmNames=[name])
    assert (len(told["Subject"]), told["Subject"][:9]) == (100, 'ALARM: "x')


@POLICIES
def test_filters(client: Callable[..., Any], topic: str, subscribe: Callable[..., Queue]) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"""
    attributes = {"kind": ["a", {"prefix": "b"}], "size": [{"numeric": [">", 1]}]}
    by_attributes = subscribe(FilterPolicy=json.dumps(attributes), RawMessageDelivery="true")
    body = {"order": {"state": [{"anything-but": ["open"]}]}}
    by_body = subscribe(FilterPolicy=json.dumps(body), FilterPolicyScope="MessageBody", RawMessageDelivery="true")
    for kind, size in (("a", "2"), ("bx", "3"), ("c", "4"), ("a", "1")):
        number = {"DataType": "Number", "StringValue": size}
        client("sns").publish(
            TopicArn=topic, Message=kind + size, MessageAttributes={"kind": text(kind), "size": number}
        )
    for state in ("open", "paid"):
        client("sns").publish(TopicArn=topic, Message=json.dumps({"order": {"state": state}}))
    both = {"kind": text("a"), "size": {"DataType": "Number", "StringValue": "9"}}
    client("sns").publish(TopicArn=topic, Message='{"order": {"state": "last"}}', MessageAttributes=both)
    last = '{"order": {"state": "last"}}'
    assert sorted(by_attributes.next(3)) == sorted(["a2", "bx3", last])
    assert sorted(by_body.next(2)) == sorted(['{"order": {"state": "paid"}}', last])
    with pytest.raises(ClientError, match=r"InvalidParameter.*must be an object or an array"):
        subscribe(FilterPolicy='{"kind": "a"}')


@pytest.mark.feature("SNS", "topics that call functions")
def test_a_function_is_called(
    client: Callable[..., Any], topic: str, deploy: Callable[..., Any], inbox: Callable[..., Queue]
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html; it answers to a queue, by a destination."""
    queue, function = inbox(), deploy("def handler(event, context): return event")
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    arn = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    subscription = client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)["SubscriptionArn"]
    client("sns").publish(TopicArn=topic, Message="hello", Subject="greeting")
    [answer] = queue.next_events(1)
    [record] = answer["responsePayload"]["Records"]
    assert {name: record[name] for name in record if name != "Sns"} == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    }
    assert (record["Sns"]["Message"], record["Sns"]["Subject"], record["Sns"]["TopicArn"]) == (
        "hello",
        "greeting",
        topic,
    )
