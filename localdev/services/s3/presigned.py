"""Presigned URLs: what they may say of their time, and whose they are.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from localstack.aws.api.s3 import AuthorizationQueryParametersError
from localstack.services.s3 import presigned_url
from localstack.utils.patch import patch

WEEK = 7 * 24 * 3600  # seconds


def apply() -> None:
    patch(presigned_url.validate_presigned_url_s3v4)(validate)
    patch(presigned_url.get_credentials_from_parameters)(find_token)


def find_token(original: Callable[..., Any], parameters: Any, region: str) -> Any:
    """LocalStack misses the token of older URLs, in lower case: those that functions sign with boto3 by default."""
    found = original(parameters, region)
    return found._replace(security_token=found.security_token or parameters.get("x-amz-security-token"))


def validate(original: Callable[..., None], context: Any) -> None:
    """LocalStack takes any time, and fails at what is none."""
    arguments = context.request.args
    expires = arguments["X-Amz-Expires"]
    if not expires.isdecimal():
        raise AuthorizationQueryParametersError("X-Amz-Expires should be a number")
    if int(expires) > WEEK:
        raise AuthorizationQueryParametersError(f"X-Amz-Expires must be less than a week (in seconds) that is {WEEK}")
    try:
        datetime.strptime(arguments["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    except ValueError:
        raise AuthorizationQueryParametersError(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        ) from None
    original(context)
