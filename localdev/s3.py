"""Where S3 of LocalStack 4.13.1 keeps large objects, replaced in memory."""

# mypy: allow-untyped-calls
from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.utils.patch import patch


def apply() -> None:
    """Once per process, before S3 starts."""
    patch(EphemeralS3ObjectStore.__init__)(keep_in_our_folder)


def keep_in_our_folder(original: Callable[..., None], self: Any, root_directory: str | None = None) -> None:
    """LocalStack takes one folder below /tmp for every emulator, and leaves it there.

    Two with buckets of the same name would delete each other's objects.
    """
    original(self, str(Path(tempfile.gettempdir(), "s3")))
