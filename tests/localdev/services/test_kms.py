"""KMS where LocalStack's own fails on Python 3.11."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.emulator


def test_a_key_encrypts_and_decrypts(client: Callable[..., Any]) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    secret = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
    assert b"secret" not in secret
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"secret"


def test_what_a_key_is_made_of_is_told_by_an_id_that_rotation_changes(client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html: 64 hexadecimal digits."""
    kms = client("kms")
    first = kms.create_key()["KeyMetadata"]
    kms.rotate_key_on_demand(KeyId=first["KeyId"])
    second = kms.describe_key(KeyId=first["KeyId"])["KeyMetadata"]
    assert [len(bytes.fromhex(each["CurrentKeyMaterialId"])) for each in (first, second)] == [32, 32]
    assert first["CurrentKeyMaterialId"] != second["CurrentKeyMaterialId"]
