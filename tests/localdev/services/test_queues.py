"""SQS: what becomes of messages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.queues import Queue

pytestmark = pytest.mark.emulator


LIMITS = ("DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "VisibilityTimeout")


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


@pytest.mark.feature("SQS", "dead letter queues, redrive back to the source")
def test_dead_letters(inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
    dead = inbox()
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    queue, sqs = inbox(RedrivePolicy=redrive, VisibilityTimeout="0"), client("sqs")
    sqs.send_message(QueueUrl=queue.url, MessageBody="bad", MessageAttributes={"a": TEXT})
    counts = [message["Attributes"]["ApproximateReceiveCount"] for _ in range(2) for message in queue.receive()]
    assert (counts, queue.receive()) == (["1", "2"], [])
    [letter] = dead.receive(WaitTimeSeconds=5, VisibilityTimeout=0)
    assert (letter["Body"], letter["MessageAttributes"]) == ("bad", {"a": TEXT})
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == queue.arn
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead.url)["queueUrls"] == [queue.url]
    sqs.start_message_move_task(SourceArn=dead.arn)
    assert queue.next(1) == ["bad"]


TEXT = {"DataType": "String", "StringValue": "text"}


@pytest.mark.feature("SQS", "FIFO queues: order by group, deduplication")
def test_fifo(inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html"""
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "600"}
    queue, sqs = inbox(**settings), client("sqs")
    for group, body in (("1", "a"), ("1", "b"), ("2", "c"), ("1", "a")):
        sent = sqs.send_message(QueueUrl=queue.url, MessageBody=body, MessageGroupId=group)
    [first] = queue.receive(MaxNumberOfMessages=1)
    assert (first["Body"], first["Attributes"]["MessageGroupId"]) == ("a", "1")
    assert sent["MessageId"] == first["MessageId"]
    assert bodies(queue.receive()) == ["c"]  # the group waits until its first is gone
    sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(queue.receive()) == ["b"]
    with pytest.raises(ClientError, match=r"MissingParameter.*MessageGroupId"):
        sqs.send_message(QueueUrl=queue.url, MessageBody="no group")


@pytest.mark.feature("SQS", "delays, visibility timeouts, long polling")
def test_when_messages_come(inbox: Callable[..., Queue], client: Callable[..., Any], until: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html"""
    queue, sqs = inbox(VisibilityTimeout="600"), client("sqs")
    sent = time.monotonic()
    sqs.send_message(QueueUrl=queue.url, MessageBody="late", DelaySeconds=1)
    asked = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    if time.monotonic() - sent < 1:
        assert asked["Attributes"] == {"ApproximateNumberOfMessagesDelayed": "1"}
    [message] = until(lambda: queue.receive(WaitTimeSeconds=20))
    assert (message["Body"], time.monotonic() - sent >= 1) == ("late", True)
    assert queue.receive() == []
    sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(queue.receive()) == ["late"]


@pytest.mark.feature("SQS", "messages that are refused: characters, sizes, queues that are not there")
def test_what_is_refused(inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
    queue, sqs = inbox(), client("sqs")
    for url, body, error in (
        (queue.url, "\x00", "InvalidMessageContents"),
        (queue.url, "x" * (2**20 + 1), r"InvalidParameterValue.*must be shorter than 1048576 bytes"),
        (f"{queue.url}-nobody", "x", "NonExistentQueue"),
    ):
        with pytest.raises(ClientError, match=error):
            sqs.send_message(QueueUrl=url, MessageBody=body)


@pytest.mark.feature("SQS", "attributes of queues and messages that are refused: limits, policies, types")
class TestLimits:
    @pytest.mark.parametrize(
        ("name", "value", "error"),
        [
            *((name, value, "InvalidAttributeValue") for name in LIMITS for value in ("x", "-1", "9999999", "")),
            ("MessageRetentionPeriod", "59", "InvalidAttributeValue"),
            ("Policy", "{", "InvalidAttributeValue"),
            ("Policy", "[]", "InvalidAttributeValue"),
            ("RedriveAllowPolicy", "x", "RedriveAllowPolicy is not a valid JSON map"),
            ("RedrivePolicy", "{", "RedrivePolicy is not a valid JSON map"),
            ("RedrivePolicy", '{"maxReceiveCount": 1}', "mandatory attribute: deadLetterTargetArn"),
            ("RedrivePolicy", '{"deadLetterTargetArn": "x"}', "mandatory attribute: maxReceiveCount"),
            (
                "RedrivePolicy",
                '{"deadLetterTargetArn": "x", "maxReceiveCount": 0}',
                "value for maxReceiveCount",
            ),
        ],
    )
    def test_attributes_of_queues(self, client: Callable[..., Any], name: str, value: str, error: str) -> None:
        """API_SetQueueAttributes.html; nothing is left of a queue that was refused."""
        sqs = client("sqs")
        for queue in ("refused", "refused.fifo"):
            fifo = {"FifoQueue": "true"} if "." in queue else {}
            with pytest.raises(ClientError, match=error):
                sqs.create_queue(QueueName=queue, Attributes={name: value} | fifo)
            with pytest.raises(ClientError, match="NonExistentQueue"):
                sqs.get_queue_url(QueueName=queue)

    def test_changes(self, inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
        queue, sqs = inbox(), client("sqs")
        with pytest.raises(ClientError, match="InvalidAttributeValue"):
            sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"DelaySeconds": "1", "VisibilityTimeout": "x"})
        for policy in ("Policy", "RedrivePolicy", "RedriveAllowPolicy"):  # taken away
            sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={policy: "", "DelaySeconds": "900"})
        asked = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["DelaySeconds", "VisibilityTimeout"])
        assert asked["Attributes"] == {"DelaySeconds": "900", "VisibilityTimeout": "30"}

    def test_messages(self, inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
        """API_SendMessage.html and API_ReceiveMessage.html"""
        queue, sqs = inbox(), client("sqs")
        number = {"DataType": "Number.int", "StringValue": "1e3"}
        for wrong, error in (
            ({"DelaySeconds": 901}, "DelaySeconds must be"),
            ({"DelaySeconds": -1}, "DelaySeconds must be"),
            ({"MessageAttributes": {f"a{number}": TEXT for number in range(11)}}, r"\[11\] exceeds"),
            ({"MessageAttributes": {"a": number | {"StringValue": "x"}}}, "to a number"),
            ({"MessageAttributes": {"a": number | {"StringValue": "Infinity"}}}, "to a number"),
        ):
            with pytest.raises(ClientError, match=f"InvalidParameterValue.*{error}"):
                sqs.send_message(QueueUrl=queue.url, MessageBody="x", **wrong)
        entries = [
            {"Id": str(delay), "MessageBody": "x", "DelaySeconds": delay, "MessageAttributes": {"a": number}}
            for delay in (0, 901)
        ]
        sent = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
        assert [each["Id"] for each in sent["Successful"]] == ["0"]
        assert "DelaySeconds must be" in sent["Failed"][0]["Message"]
        for wrong in ({"MaxNumberOfMessages": 0}, {"VisibilityTimeout": 43201}):
            with pytest.raises(ClientError, match=r"InvalidParameterValue.*Must be"):
                queue.receive(**wrong)


@pytest.mark.feature("S3", "notifications to queues and topics, by prefix and suffix")
def test_buckets_tell_queues_and_topics(inbox: Callable[..., Queue], client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"""
    s3, sns, told, subscribed = client("s3"), client("sns"), inbox(), inbox()
    name = told.arn.rpartition(":")[2]
    s3.create_bucket(Bucket=name)
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=subscribed.arn, Attributes={"RawMessageDelivery": "true"})
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]
    created = {"QueueArn": told.arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    removed = {"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={"QueueConfigurations": [created], "TopicConfigurations": [removed]},
    )
    for key in ("out/a.jpg", "in/a.txt", "in/a b.jpg"):
        s3.put_object(Bucket=name, Key=key, Body=b"1")
    s3.delete_object(Bucket=name, Key="in/a.txt")

    def events(queue: Queue) -> list[tuple[str, str]]:
        [tried, event] = sorted(queue.next_events(2), key=lambda each: "Records" in each)
        assert tried["Event"] == "s3:TestEvent"
        [record] = event["Records"]
        return record["eventName"], record["s3"]["object"]["key"]

    assert events(told) == ("ObjectCreated:Put", "in/a+b.jpg")
    assert events(subscribed) == ("ObjectRemoved:Delete", "in/a.txt")
