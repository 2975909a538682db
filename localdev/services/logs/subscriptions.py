"""Subscription filters: who is told of log events.

LocalStack tells of every event, and lets whoever writes one wait until the function has answered.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import gzip
import json
import logging
import re
from collections.abc import Callable
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.patch import Patch, patch
from moto.core.utils import unix_time_millis
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogEvent, LogsBackend, LogStream

from localdev.log_patterns import parse
from localdev.services.logs.valid import valid

LOG = logging.getLogger(__name__)
NOT_ALLOWED = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
    "function."
)
OWN_LOGS = "The log group provided is reserved for the function logs of the destination function."


def apply() -> None:
    patch(LogsBackend.put_subscription_filter)(put)
    Patch(LogStream, "put_log_events", put_events).apply()  # LocalStack has put a function of another name there


def put(original: Callable[..., None], self: Any, group: str, name: str, pattern: str, target: str, role: str) -> None:
    valid(pattern)
    if group not in self.groups:
        raise ResourceNotFoundException()
    if not re.match("arn:[^:]+:lambda:[^:]+:[^:]+:function:.", target):
        raise InvalidParameterException("Subscriptions of others than functions are not emulated")
    if role:
        raise InvalidParameterException("destinationArn for vendor lambda cannot be used with roleArn")
    if group == f"/aws/lambda/{target.split(':')[6]}":
        raise InvalidParameterException(OWN_LOGS)
    try:
        invoke(self.groups[group], target, InvocationType="DryRun")
    except Exception:
        raise InvalidParameterException(NOT_ALLOWED) from None
    self.groups[group].put_subscription_filter(name, pattern, target, role)


def put_events(self: Any, events: list[dict[str, Any]]) -> str:
    self.last_ingestion_time = int(unix_time_millis())
    self.stored_bytes += sum(len(event["message"]) for event in events)
    kept = [LogEvent(self.last_ingestion_time, event) for event in events]
    self.events += kept
    self.upload_sequence_token += 1
    for each in list(self.log_group.subscription_filters.values()):
        try:
            pattern = parse(each.filter_pattern)
            matching = [event for event in kept if pattern.read(event.message) is not None]
            if matching:
                tell(self, each, matching)
        except Exception as error:
            LOG.warning("%s is not told of log events: %s", each.destination_arn, error)
    return f"{self.upload_sequence_token:056d}"


def tell(stream: Any, subscription: Any, events: list[Any]) -> None:
    said = {
        "messageType": "DATA_MESSAGE",
        "owner": stream.account_id,
        "logGroup": stream.log_group.name,
        "logStream": stream.log_stream_name,
        "subscriptionFilters": [subscription.name],
        "logEvents": [
            {"id": str(event.event_id), "timestamp": event.timestamp, "message": event.message} for event in events
        ],
    }
    packed = base64.b64encode(gzip.compress(json.dumps(said).encode())).decode()
    event = json.dumps({"awslogs": {"data": packed}})
    invoke(stream.log_group, subscription.destination_arn, InvocationType="Event", Payload=event)


def invoke(group: Any, function: str, **how: Any) -> None:
    """As CloudWatch Logs, which needs the function's permission in strict mode."""
    _, _, _, region, account, *_ = function.split(":")
    client: Any = connect_to(aws_access_key_id=account, region_name=region).lambda_
    client.request_metadata(source_arn=f"{group.arn}:*", service_principal="logs").invoke(FunctionName=function, **how)
