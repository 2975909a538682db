"""KMS: what LocalStack's cannot do on Python 3.11."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.kms.models import KmsKey
from localstack.utils.patch import patch


def apply() -> None:
    patch(KmsKey.generate_key_material_id)(generate_key_material_id)


def generate_key_material_id(original: Callable[..., str], self: Any, key_material: bytes) -> str:
    """LocalStack gives ``uuid.uuid5`` the bytes, which it takes since Python 3.12; text it always took."""
    return original(self, key_material.hex())
