"""Buckets: objects' contents, and what S3 knows of buckets across accounts."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import s3_stores


def forget(account: str) -> None:
    provider: Any = SERVICE_PLUGINS.require("s3").lifecycle_hook
    for store in list(s3_stores[account].values())[:1]:  # regions share them
        for name, bucket in list(store.buckets.items()):
            contents = provider._storage_backend._filesystem.get(name, {})
            for kept in (*contents.get("keys", {}).values(), *contents.get("multiparts", {}).values()):
                kept.close()
            provider._storage_backend.delete_bucket(name)
            provider._expiration_cache.pop(name, None)
            provider._preconditions_locks.pop(name, None)
            store.global_bucket_map.pop(name, None)
            _forget_tags(store.TAGS.tags, name, bucket.bucket_arn)
    provider._cors_handler.invalidate_cache()


def _forget_tags(tags: dict[str, Any], name: str, arn: str) -> None:
    """Of the bucket itself and of its objects."""
    for key in [key for key in tags if key == arn or key.startswith(f"{name}/")]:
        del tags[key]
