"""What Lambda refuses at its door and LocalStack 4.13.1 lets in: broken packages, reserved variables, bad events,
log levels that it does not know.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack import config
from localstack.aws.api.lambda_ import (
    ApplicationLogLevel,
    InvalidParameterValueException,
    InvalidRequestContentException,
    LogFormat,
    SystemLogLevel,
)
from localstack.services.lambda_.invocation import lambda_service
from localstack.services.lambda_.invocation.lambda_models import ValidationException
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.provider import LambdaProvider
from localstack.utils.patch import Patch, patch

from localdev.functions.variables import RESERVED

LOGGING = {"ApplicationLogLevel": ApplicationLogLevel, "SystemLogLevel": SystemLogLevel, "LogFormat": LogFormat}


def apply() -> None:
    """Once per process, before the first function is made."""
    Patch(lambda_service, "is_zip_file", can_be_unzipped).apply()
    check = LambdaProvider._verify_env_variables
    Patch(LambdaProvider, "_verify_env_variables", staticmethod(partial(refuse_reserved, check))).apply()
    patch(LambdaProvider.create_function)(refuse_unknown_levels)
    patch(LambdaProvider.update_function_configuration)(refuse_unknown_levels)
    patch(LambdaService.invoke)(refuse_what_is_not_json)
    patch(LambdaService.invoke)(refuse_no_context)


def can_be_unzipped(package: bytes) -> bool:
    """LocalStack looks for the end of the archive alone. Raises for one with nothing in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            entries = archive.infolist()
            # What is too large is refused for that, and not unpacked first.
            small = sum(entry.file_size for entry in entries) < config.LAMBDA_LIMITS_CODE_SIZE_UNZIPPED
            if small and archive.testzip() is not None:
                return False
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):  # the last: it is encrypted
        return False
    if not entries:
        raise InvalidParameterValueException("Uploaded file must be a non-empty zip", Type="User")
    return True


def refuse_reserved(check_size: Callable[[dict[str, str]], None], variables: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved environment variables"."""
    if reserved := sorted(variables.keys() & RESERVED):
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
            Type="User",
        )
    check_size(variables)


def refuse_unknown_levels(original: Callable[..., Any], self: Any, context: Any, request: Any) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html"""
    logging = request.get("LoggingConfig") or {}
    for member, known in LOGGING.items():
        if (value := logging.get(member)) is not None and value not in set(known):
            where = f"loggingConfig.{member[0].lower()}{member[1:]}"
            raise ValidationException(
                f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(known)}]"
            )
    return original(self, context, request)


def refuse_what_is_not_json(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    if payload := kwargs.get("payload"):
        try:
            json.loads(payload.decode(), parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidRequestContentException(
                f"Could not parse request body into json: Could not parse payload into json: {error}", Type="User"
            ) from None
    return original(self, *args, **kwargs)


def refuse_constant(name: str) -> None:
    """NaN and infinities, which Python takes for JSON."""
    raise ValueError(f"Unexpected {name}")


def refuse_no_context(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, X-Amz-Client-Context."""
    if kwargs.get("client_context") == "{}":  # how LocalStack's function URLs say that there is none
        kwargs["client_context"] = None
    if encoded := kwargs.get("client_context"):
        try:
            context = json.loads(base64.b64decode(encoded, validate=True).decode(), parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            context = None
        if not isinstance(context, dict):
            raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")
    return original(self, *args, **kwargs)
