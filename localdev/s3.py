"""Where S3 of LocalStack 4.13.1 keeps large objects, and whose signatures it knows, replaced in memory."""

# mypy: allow-untyped-calls
from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localstack import config, constants
from localstack.services.s3 import presigned_url
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.utils.patch import patch


def apply() -> None:
    """Once per process, before S3 starts."""
    patch(EphemeralS3ObjectStore.__init__)(keep_in_our_folder)
    patch(presigned_url.get_secret_access_key_from_access_key_id)(know_our_own_key)


def keep_in_our_folder(original: Callable[..., None], self: Any, root_directory: str | None = None) -> None:
    """LocalStack takes one folder below /tmp for every emulator, and leaves it there.

    Two with buckets of the same name would delete each other's objects.
    """
    original(self, str(Path(tempfile.gettempdir(), "s3")))


def know_our_own_key(original: Callable[..., str | None], access_key_id: str, region: str) -> str | None:
    """LocalStack refuses the URLs that it signs itself, such as those of Lambda functions' code."""
    if access_key_id == config.INTERNAL_RESOURCE_ACCOUNT:
        return constants.INTERNAL_AWS_SECRET_ACCESS_KEY
    return original(access_key_id, region)
