"""Presigned URLs and forms: what they may say of their time, and whose they are.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.aws.api.s3 import AccessDenied, AuthorizationQueryParametersError, InvalidArgument
from localstack.services.s3 import presigned_url, provider
from localstack.services.s3.constants import S3_HOST_ID
from localstack.utils.patch import patch

WEEK = 7 * 24 * 3600  # seconds
SKEW = timedelta(minutes=15)  # how far clocks may be apart


def apply() -> None:
    patch(presigned_url.validate_presigned_url_s3v4)(validate)
    patch(presigned_url.get_credentials_from_parameters)(find_token)
    vars(provider)["validate_post_policy"] = validate_form


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
        date = datetime.strptime(arguments["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise AuthorizationQueryParametersError(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        ) from None
    if date > datetime.now(UTC) + SKEW:
        until = date + timedelta(seconds=int(expires))
        about = {"Expires": until.timestamp(), "ServerTime": time.time(), "HostId": S3_HOST_ID}
        raise AccessDenied("Request is not yet valid", **about)
    original(context)


def fields(form: Mapping[str, str]) -> dict[str, str]:
    """Of a form; how their names are written does not matter."""
    return {name.lower(): value for name, value in form.items()}


def validate_form(form: Any, about: Any) -> None:
    """LocalStack looks at what the policy says, and not at who signed it. A form without one is nobody's."""
    given = fields(form)
    if policy := given.get("policy"):
        _check_signature(given, policy)
    presigned_url.validate_post_policy(form, about)


def _check_signature(given: dict[str, str], policy: str) -> None:
    complete = presigned_url._is_match_with_signature_fields  # raises InvalidArgument if there are some only
    if complete(given, presigned_url.SIGNATURE_V4_POST_FIELDS):
        signature, (key, want) = given["x-amz-signature"], _fourth(given["x-amz-credential"], policy)
    elif complete(given, presigned_url.SIGNATURE_V2_POST_FIELDS):
        signature, (key, want) = given["signature"], _second(given["awsaccesskeyid"], policy)
    else:
        return  # LocalStack refuses it
    if not hmac.compare_digest(signature.encode(), want.encode()):
        raise presigned_url.create_signature_does_not_match_sig_v2(signature, policy, key)


def _fourth(credential: str, policy: str) -> tuple[str, str]:
    """Access key and signature. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html"""
    key, *scope = credential.split("/")
    if len(scope) != 4:
        raise InvalidArgument("The Credential is mal-formed", ArgumentName="X-Amz-Credential", HostId=S3_HOST_ID)
    signed = f"AWS4{_secret(key, scope[1])}".encode()
    for part in (*scope, policy):
        signed = hmac.digest(signed, part.encode(), "sha256")
    return key, signed.hex()


def _second(key: str, policy: str) -> tuple[str, str]:
    """The older way, which is boto3's default. https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTForms.html"""
    signed = hmac.digest(_secret(key, "us-east-1").encode(), policy.encode(), "sha1")
    return key, base64.b64encode(signed).decode()


def _secret(key: str, region: str) -> str:
    secret: str = presigned_url.get_credentials_from_parameters({"AWSAccessKeyId": key}, region).secret_access_key
    return secret
