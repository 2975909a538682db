"""Tags that LocalStack 4.13.1 forgets, or remembers for too long, mended in memory."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.logs.models import logs_stores
from localstack.services.logs.provider import LogsProvider
from localstack.services.s3.provider import S3Provider
from localstack.utils.patch import patch


def apply() -> None:
    """Once per process, before S3 or CloudWatch Logs starts."""
    patch(S3Provider.delete_bucket)(forget_the_tags_of_a_bucket)
    patch(LogsProvider.tag_resource)(tag_what_had_no_tags)


def forget_the_tags_of_a_bucket(
    original: Callable[..., None], self: Any, context: Any, bucket: str, **more: Any
) -> None:
    """LocalStack gives them to the next bucket of that name."""
    store, found = self._get_cross_account_bucket(context, bucket)
    original(self, context, bucket, **more)
    store.TAGS.tags.pop(found.bucket_arn, None)


def tag_what_had_no_tags(
    original: Callable[..., None], self: Any, context: Any, resource_arn: str, tags: Any, **more: Any
) -> None:
    """LocalStack puts the first tags of a log group into a dictionary that it throws away."""
    logs_stores[context.account_id][context.region].TAGS.setdefault(resource_arn, {})
    original(self, context, resource_arn, tags, **more)
