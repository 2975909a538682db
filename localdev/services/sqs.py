"""SQS: what it counts, which LocalStack sends to itself one by one: two requests for each message."""

# mypy: allow-untyped-calls
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from localstack.services.sqs.provider import CloudwatchDispatcher
from localstack.utils.patch import patch

from localdev.functions.recording import Metric, record


def apply() -> None:
    patch(CloudwatchDispatcher.dispatch_sqs_metric)(count)


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
