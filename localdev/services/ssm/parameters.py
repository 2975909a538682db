"""Parameters: secrets that are not decrypted, the names of those that there are not, sizes."""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from localstack.services.ssm.provider import SsmProvider
from localstack.utils.patch import patch
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import Parameter, SimpleSystemManagerBackend

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
STANDARD, ADVANCED = 4096, 8192  # bytes


def apply() -> None:
    patch(Parameter.response_object)(hide)
    patch(SsmProvider.get_parameters)(call_as_asked)
    patch(SimpleSystemManagerBackend.put_parameter)(limit)


def hide(
    original: Callable[..., dict[str, Any]], self: Any, decrypt: bool = False, *more: Any, **named: Any
) -> dict[str, Any]:
    """Moto shows the secret behind the key's name; here it is a text that nobody can decrypt."""
    answer = original(self, decrypt, *more, **named)
    if self.parameter_type == "SecureString" and not decrypt:
        answer["Value"] = base64.b64encode(hashlib.sha512(self.value.encode()).digest()).decode()
    return answer


def call_as_asked(
    original: Callable[..., Any], self: Any, context: Any, names: list[str], *more: Any, **named: Any
) -> Any:
    """LocalStack leaves out slashes where a parameter is missing."""
    answer = original(self, context, names, *more, **named)
    asked = {SsmProvider._normalize_name(name): name for name in names}
    answer["InvalidParameters"] = [asked.get(name, name) for name in answer.get("InvalidParameters") or []]
    for parameter in answer["Parameters"]:
        parameter["Name"] = asked.get(parameter["Name"], parameter["Name"])
    return answer


def limit(
    original: Callable[..., Any], self: Any, name: str, description: str, value: str, *more: Any, **named: Any
) -> Any:
    tier = named.get("tier") or "Standard"
    if tier == "Standard" and len(value.encode()) > STANDARD:
        raise ValidationException(
            f"Standard tier parameters support a maximum parameter value of {STANDARD} characters. To create a larger "
            "parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
            "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        )
    if len(value.encode()) > ADVANCED:
        raise ValidationException(
            f"Advanced tier parameters support a maximum parameter value of {ADVANCED} characters."
        )
    return original(self, name, description, value, *more, **named)
