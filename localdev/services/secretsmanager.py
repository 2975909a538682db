"""Secrets Manager: values that AWS refuses, and LocalStack takes or cannot read again.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.secretsmanager import InvalidParameterException, InvalidRequestException
from localstack.services.secretsmanager.provider import SecretsmanagerProvider as Provider
from localstack.utils.patch import patch

LARGEST = 65536  # bytes


def apply() -> None:
    for write in (Provider.create_secret, Provider.put_secret_value, Provider.update_secret):
        patch(write)(check_value)
    for change in (Provider.put_secret_value, Provider.tag_resource, Provider.untag_resource):
        patch(change)(check_deleted)


def check_value(original: Callable[..., Any], self: Any, context: Any, request: Any) -> Any:
    text, binary = request.get("SecretString"), request.get("SecretBinary")
    if text and binary:
        what = "both a binary secret value and a string secret value in the same secret"
        raise InvalidParameterException(f"You can't specify {what}.")
    for name, size in (("secretString", len((text or "").encode())), ("secretBinary", len(binary or b""))):
        if size > LARGEST:
            what = f"Member must have length less than or equal to {LARGEST}"
            message = f"1 validation error detected: Value at '{name}' failed to satisfy constraint: {what}"
            raise CommonServiceException("ValidationException", message)
    return original(self, context, request)


def check_deleted(original: Callable[..., Any], self: Any, context: Any, request: Any) -> Any:
    secrets = self.get_moto_backend_for_resource(request["SecretId"], context).secrets
    secret = secrets.get(request["SecretId"])
    if secret is not None and secret.is_deleted():
        what = "You can't perform this operation on the secret because it was marked for deletion."
        raise InvalidRequestException(what)
    return original(self, context, request)
