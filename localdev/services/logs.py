"""CloudWatch Logs: tags of log groups."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.logs.models import logs_stores
from localstack.services.logs.provider import LogsProvider
from localstack.utils.patch import patch


def apply() -> None:
    patch(LogsProvider.tag_resource)(tag_what_had_no_tags)


def tag_what_had_no_tags(
    original: Callable[..., None], self: Any, context: Any, resource_arn: str, tags: Any, **more: Any
) -> None:
    """LocalStack puts the first tags of a log group into a dictionary that it throws away."""
    logs_stores[context.account_id][context.region].TAGS.setdefault(resource_arn, {})
    original(self, context, resource_arn, tags, **more)
