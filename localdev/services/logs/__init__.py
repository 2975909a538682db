"""CloudWatch Logs: tags of log groups, the patterns that events are filtered by, and who is told of events."""

# mypy: allow-untyped-calls
from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from localstack.services.logs.models import logs_stores
from localstack.services.logs.provider import LogsProvider
from localstack.utils.patch import patch
from moto.logs import models

from localdev.services.logs import metric_filters, subscriptions
from localdev.services.logs.valid import valid

_naming = threading.Lock()


def apply() -> None:
    patch(models.LogsBackend.create_log_group)(one_at_a_time)
    patch(LogsProvider.tag_resource)(tag_what_had_no_tags)
    patch(models.LogsBackend.filter_log_events)(require_pattern)
    patch(models.LogStream.filter_log_events)(only_matching)
    metric_filters.apply()
    subscriptions.apply()


def one_at_a_time(original: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Of two that are created at once under one name moto may find neither there."""
    with _naming:
        return original(*given, **named)


def require_pattern(original: Callable[..., Any], self: Any, *given: Any) -> Any:
    valid(given[6])  # even if there is no stream to search
    return original(self, *given)


def only_matching(original: Callable[..., Any], self: Any, start: int, end: int, pattern: str | None) -> Any:
    """LocalStack takes every event for one that matches."""
    wanted = valid(pattern)
    return [event for event in original(self, start, end, None) if wanted.read(event["message"]) is not None]


def tag_what_had_no_tags(
    original: Callable[..., None], self: Any, context: Any, resource_arn: str, tags: Any, **more: Any
) -> None:
    """LocalStack puts the first tags of a log group into a dictionary that it throws away."""
    logs_stores[context.account_id][context.region].TAGS.setdefault(resource_arn, {})
    original(self, context, resource_arn, tags, **more)
