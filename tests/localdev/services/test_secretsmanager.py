"""Secrets Manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


@pytest.mark.feature("Secrets Manager", "secrets: values, versions and their stages")
def test_versions(client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version"""
    secrets = client("secretsmanager")
    made = secrets.create_secret(Name="versions", SecretString="one")
    assert made["ARN"].startswith("arn:aws:secretsmanager:us-east-1:000000000000:secret:versions-")
    secrets.put_secret_value(SecretId="versions", SecretString="two")
    secrets.update_secret(SecretId="versions", SecretString="three")
    current = secrets.get_secret_value(SecretId=made["ARN"])
    assert (current["SecretString"], current["VersionStages"]) == ("three", ["AWSCURRENT"])
    before = secrets.get_secret_value(SecretId="versions", VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == "two"
    binary = secrets.create_secret(Name="binary", SecretBinary=b"\x00\xff")["ARN"]
    assert secrets.get_secret_value(SecretId=binary)["SecretBinary"] == b"\x00\xff"
    with pytest.raises(ClientError, match="ResourceExistsException"):
        secrets.create_secret(Name="versions", SecretString="again")


@pytest.mark.feature("Secrets Manager", "deletion: with a recovery window, or at once")
def test_deletion(client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html"""
    secrets = client("secretsmanager")
    made = secrets.create_secret(Name="deleted", SecretString="one")
    secrets.delete_secret(SecretId="deleted")
    with pytest.raises(ClientError, match=r"InvalidRequestException.*marked for deletion"):
        secrets.get_secret_value(SecretId="deleted")
    with pytest.raises(ClientError, match=r"InvalidRequestException.*already scheduled for deletion"):
        secrets.create_secret(Name="deleted", SecretString="two")
    tags = [{"Key": "a", "Value": "b"}]
    for change, wanted in (
        (secrets.put_secret_value, {"SecretString": "two"}),
        (secrets.update_secret, {"SecretString": "two"}),
        (secrets.tag_resource, {"Tags": tags}),
        (secrets.untag_resource, {"TagKeys": ["a"]}),
    ):
        for name in ("deleted", made["ARN"]):
            with pytest.raises(ClientError, match=r"InvalidRequestException.*marked for deletion"):
                change(SecretId=name, **wanted)
    secrets.restore_secret(SecretId="deleted")
    assert secrets.get_secret_value(SecretId="deleted")["SecretString"] == "one"
    secrets.delete_secret(SecretId="deleted", ForceDeleteWithoutRecovery=True)
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*can't find the specified secret"):
        secrets.get_secret_value(SecretId="deleted")


@pytest.mark.feature("Secrets Manager", "values that are refused: both kinds at once, more than 64 KiB")
def test_what_is_refused(client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"""
    secrets = client("secretsmanager")
    secrets.create_secret(Name="limits", SecretString="x" * 65536)
    asked = {"SecretId": "limits"}
    for write, of in (
        (secrets.create_secret, {"Name": "refused"}),
        (secrets.put_secret_value, asked),
        (secrets.update_secret, asked),
    ):
        with pytest.raises(ClientError, match=r"InvalidParameterException.*both a binary"):
            write(**of, SecretString="a", SecretBinary=b"b")
        with pytest.raises(ClientError, match=r"ValidationException.*secretString"):
            write(**of, SecretString="x" * 65535 + "\N{LATIN SMALL LETTER E WITH ACUTE}")
        with pytest.raises(ClientError, match=r"ValidationException.*secretBinary"):
            write(**of, SecretBinary=b"x" * 65537)
    assert secrets.get_secret_value(**asked)["SecretString"] == "x" * 65536
