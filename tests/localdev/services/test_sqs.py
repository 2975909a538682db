"""What queues count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


@pytest.mark.feature("SQS", "metrics of queues", partly="there at once, where AWS takes minutes")
def test_messages_are_counted(client: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html

    LocalStack writes them some time later, at the cost of two requests for each message.
    """
    queues, now = client("sqs"), datetime.now(UTC)
    url = queues.create_queue(QueueName="counted")["QueueUrl"]
    for number in range(20):
        queues.send_message(QueueUrl=url, MessageBody="x" * (1 + number % 2))
    (message,) = queues.receive_message(QueueUrl=url)["Messages"]
    queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def counted(metric: str) -> tuple[float, float, str]:
        (point,) = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=metric,
            Dimensions=[{"Name": "QueueName", "Value": "counted"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return point["Sum"], point["SampleCount"], point["Unit"]

    assert counted("NumberOfMessagesSent") == (20, 20, "Count")
    assert counted("SentMessageSize") == (30, 20, "Bytes")
    assert counted("NumberOfMessagesReceived") == (1, 1, "Count")
    assert counted("NumberOfMessagesDeleted") == (1, 1, "Count")
