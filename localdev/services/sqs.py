"""SQS: what it counts, which LocalStack sends to itself one by one: two requests for each message; and values that
LocalStack takes and AWS refuses.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from localstack.services.sqs.exceptions import InvalidAttributeValue, InvalidParameterValueException
from localstack.services.sqs.models import FifoQueue, StandardQueue
from localstack.services.sqs.provider import CloudwatchDispatcher, SqsProvider
from localstack.utils.patch import patch

from localdev.functions.recording import Metric, record

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
LIMITS = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 2**20),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
    "KmsDataKeyReusePeriodSeconds": (60, 86400),
}


def apply() -> None:
    patch(CloudwatchDispatcher.dispatch_sqs_metric)(count)
    for queue in (StandardQueue, FifoQueue):
        patch(queue.validate_queue_attributes)(check_attributes)
    patch(SqsProvider._put_message)(put_message)
    patch(SqsProvider.receive_message)(receive_message)


def count(
    original: Callable[..., None],
    self: Any,
    account_id: str,
    region: str,
    queue_name: str,
    metric: str,
    value: float = 1,
    unit: str = "Count",
) -> None:
    now = int(time.time())
    record(Metric(account_id, region, "AWS/SQS", metric, ("QueueName", queue_name), now, value, unit))


def check_attributes(original: Callable[..., None], self: Any, attributes: dict[str, str]) -> None:
    """A queue with a policy that cannot be read lets requests about other queues fail, too."""
    original(self, attributes)
    for name, value in attributes.items():
        low, high = LIMITS.get(name, (0, 0))
        if name in LIMITS and not (value.isdecimal() and low <= int(value) <= high):
            raise InvalidAttributeValue(f"Invalid value for the parameter {name}.")
        if name == "Policy" and value and document(value) is None:
            raise InvalidAttributeValue(f"Invalid value for the parameter {name}.")
        if name in ("RedrivePolicy", "RedriveAllowPolicy") and value:
            check_redrive(name, value)


def check_redrive(name: str, value: str) -> None:
    policy = document(value)
    if policy is None:
        raise wrong(name, value, f"{name} is not a valid JSON map.")
    if name == "RedrivePolicy":
        for part in ("deadLetterTargetArn", "maxReceiveCount"):
            if part not in policy:
                raise wrong(name, value, f"Redrive policy does not contain mandatory attribute: {part}.")
        number = str(policy["maxReceiveCount"])
        if not (number.isdecimal() and 1 <= int(number) <= 1000):
            raise wrong(name, value, f"Invalid value for maxReceiveCount: {number}, valid values are from 1 to 1000.")


def document(text: str) -> dict[str, Any] | None:
    with suppress(ValueError):
        found = json.loads(text)
        return found if isinstance(found, dict) else None
    return None


def put_message(
    original: Callable[..., Any],
    self: Any,
    queue: Any,
    context: Any,
    message_body: str,
    delay_seconds: int | None = None,
    message_attributes: dict[str, Any] | None = None,
    *more: Any,
    **named: Any,
) -> Any:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
    if delay_seconds is not None and not 0 <= delay_seconds <= 900:
        raise wrong("DelaySeconds", delay_seconds, "DelaySeconds must be >= 0 and <= 900.")
    given = message_attributes or {}
    if len(given) > 10:
        raise InvalidParameterValueException(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum [10]."
        )
    for name, attribute in given.items():
        if not attribute.get("DataType"):
            raise InvalidParameterValueException(
                f"The message attribute '{name}' must contain a message attribute type."
            )
        if attribute["DataType"].startswith("Number") and not is_number(attribute.get("StringValue") or ""):
            raise InvalidParameterValueException(f"Can't cast the value of message attribute '{name}' to a number.")
    return original(self, queue, context, message_body, delay_seconds, message_attributes, *more, **named)


def is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def receive_message(original: Callable[..., Any], self: Any, context: Any, **asked: Any) -> Any:
    """LocalStack takes 0 messages for 1."""
    if asked.get("max_number_of_messages") == 0:
        raise wrong("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided.")
    timeout = asked.get("visibility_timeout")
    if timeout is not None and not 0 <= timeout <= 43200:
        raise wrong("VisibilityTimeout", timeout, "Must be >= 0 and <= 43200, if provided.")
    return original(self, context, **asked)


def wrong(name: str, value: object, reason: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(f"Value {value} for parameter {name} is invalid. Reason: {reason}")
