"""S3: where it keeps large objects, whose signatures it knows, which tags a new bucket has, and who may read it."""

# mypy: allow-untyped-calls
from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from localstack.aws import handlers
from localstack.services.s3 import notifications
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.services.s3.website_hosting import S3WebsiteHostingHandler
from localstack.utils.patch import patch

from localdev.services.s3 import access, cors, lifecycle_events, presigned, website


def apply() -> None:
    cors.apply()
    presigned.apply()
    lifecycle_events.apply()
    patch(EphemeralS3ObjectStore.__init__)(keep_in_our_folder)
    patch(S3Provider.delete_bucket)(forget_the_tags_of_a_bucket)
    vars(notifications)["quote"] = partial(quote_plus, safe="/")  # AWS writes a space as "+"
    patch(notifications.EventBridgeNotifier.notify)(tell_the_key_as_it_is)
    handlers.serve_custom_service_request_handlers.append(access.refuse_strangers)
    patch(S3WebsiteHostingHandler.__call__)(website.serve_host)


def keep_in_our_folder(original: Callable[..., None], self: Any, root_directory: str | None = None) -> None:
    """LocalStack takes one folder below /tmp for every emulator, and leaves it there.

    Two with buckets of the same name would delete each other's objects.
    """
    original(self, str(Path(tempfile.gettempdir(), "s3")))


def tell_the_key_as_it_is(original: Callable[..., None], self: Any, context: Any, config: Any) -> None:
    """Of all whom S3 tells, EventBridge alone hears keys that are not encoded."""
    original(self, replace(context, key_name=unquote_plus(context.key_name)), config)


def forget_the_tags_of_a_bucket(
    original: Callable[..., None], self: Any, context: Any, bucket: str, **more: Any
) -> None:
    """LocalStack gives them to the next bucket of that name."""
    store, found = self._get_cross_account_bucket(context, bucket)
    original(self, context, bucket, **more)
    store.TAGS.tags.pop(found.bucket_arn, None)
