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

from localstack.aws.api import CommonServiceException
from localstack.aws.api.s3 import (
    AccessDenied,
    AuthorizationQueryParametersError,
    InvalidArgument,
)
from localstack.services.s3 import presigned_url, provider
from localstack.services.s3.constants import S3_HOST_ID
from localstack.utils.patch import patch

from localdev import signatures


def apply() -> None:
    vars(presigned_url)["validate_presigned_url_s3v4"] = validate
    vars(presigned_url)["get_secret_access_key_from_access_key_id"] = secret
    patch(presigned_url.get_credentials_from_parameters)(find_token)
    vars(provider)["validate_post_policy"] = validate_form


def find_token(original: Callable[..., Any], parameters: Any, region: str) -> Any:
    """LocalStack misses the token of older URLs, in lower case: those that functions sign with boto3 by default."""
    found = original(parameters, region)
    return found._replace(security_token=found.security_token or parameters.get("x-amz-security-token"))


def validate(context: Any) -> None:
    """LocalStack takes any time, fails at what is none, and refuses the URLs that it signs itself."""
    request = context.request
    _check_parameters(request)
    try:
        signature = signatures.read(request)
        assert signature is not None  # its parameters were all there
        signatures.verify(signature, request, "s3")
    except signatures.Outdated:
        raise _outdated(request.args) from None
    except signatures.UnknownKey:
        raise _unknown() from None
    except signatures.Mismatch as error:
        about = presigned_url.NotValidSigV4SignatureContext(
            signature_provided=request.args["X-Amz-Signature"],
            string_to_sign=error.string_to_sign,
            canonical_request=error.canonical_request,
        )
        key = request.args["X-Amz-Credential"].partition("/")[0]
        raise presigned_url.create_signature_does_not_match_sig_v4(about, key) from None
    except signatures.Refused as error:
        raise AuthorizationQueryParametersError(str(error)) from None
    _check_headers(signature, request)
    _move_to_headers(signature, request)


def _check_parameters(request: Any) -> None:
    """In the words that S3 has for them."""
    arguments = request.args
    if given := request.headers.get("Authorization"):
        raise InvalidArgument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified",
            ArgumentName="Authorization",
            ArgumentValue=given,
            HostId=S3_HOST_ID,
        )
    try:
        signatures.seconds(arguments["X-Amz-Expires"])
    except signatures.Incomplete as error:
        raise AuthorizationQueryParametersError(str(error)) from None
    try:
        datetime.strptime(arguments["X-Amz-Date"], signatures.FORMAT)
    except ValueError:
        raise AuthorizationQueryParametersError(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        ) from None
    if arguments["X-Amz-Credential"].count("/") != 4:
        raise AuthorizationQueryParametersError(
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
            '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        )


def _outdated(arguments: Any) -> AccessDenied:
    date = datetime.strptime(arguments["X-Amz-Date"], signatures.FORMAT).replace(tzinfo=UTC)
    expires = signatures.seconds(arguments["X-Amz-Expires"])
    until = date + timedelta(seconds=expires)
    about = {"Expires": until.timestamp(), "ServerTime": time.time(), "HostId": S3_HOST_ID}
    if date > datetime.now(UTC):
        return AccessDenied("Request is not yet valid", **about)
    return AccessDenied("Request has expired", X_Amz_Expires=expires, **about)


def _unknown() -> CommonServiceException:
    text = "The AWS Access Key Id you provided does not exist in our records."
    return CommonServiceException("InvalidAccessKeyId", text, 403, sender_fault=True)


def _check_headers(signature: signatures.Signature, request: Any) -> None:
    given = {name.lower() for name, _ in request.headers if name.lower().startswith("x-amz-")}
    if unsigned := sorted(given - {*signature.headers, signatures.CONTENT}):
        raise AccessDenied(
            "There were headers present in the request which were not signed",
            HostId=S3_HOST_ID,
            HeadersNotSigned=", ".join(unsigned),
        )


def _move_to_headers(signature: signatures.Signature, request: Any) -> None:
    """SDKs put headers into the query, where S3 finds them as well."""
    for name, value in request.args.items():
        lower = name.lower()
        header = lower.startswith("x-amz-") or lower in ("if-match", "if-none-match")
        # The SDK for JavaScript adds a checksum of what it does not know yet, which counts only if it is signed.
        counts = not lower.startswith("x-amz-checksum-") or lower in signature.headers
        if header and counts and name not in signatures.QUERY and lower not in request.headers:
            request.headers.add(lower, value)
    request.headers["Authorization"] = (
        f"{signatures.ALGORITHM} Credential={request.args['X-Amz-Credential']}, "
        f"SignedHeaders={';'.join(signature.headers)}, Signature={signature.value}"
    )


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
        signature, (key, right) = given["x-amz-signature"], _fourth(given, policy)
    elif complete(given, presigned_url.SIGNATURE_V2_POST_FIELDS):
        signature, (key, right) = given["signature"], _second(given, policy)
    else:
        return  # LocalStack refuses it
    if not right:
        raise presigned_url.create_signature_does_not_match_sig_v2(signature, policy, key)


def _fourth(given: dict[str, str], policy: str) -> tuple[str, bool]:
    """Access key, and whether the signature is its.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
    """
    key, _, scope = given["x-amz-credential"].partition("/")
    if scope.count("/") != 3:
        raise InvalidArgument("The Credential is mal-formed", ArgumentName="X-Amz-Credential", HostId=S3_HOST_ID)
    return key, signatures.is_signature(given["x-amz-signature"], secret(key, scope.split("/")[1]), scope, policy)


def _second(given: dict[str, str], policy: str) -> tuple[str, bool]:
    """The older way, which is boto3's default. https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTForms.html"""
    key = given["awsaccesskeyid"]
    want = base64.b64encode(hmac.digest(secret(key, "us-east-1").encode(), policy.encode(), "sha1"))
    return key, hmac.compare_digest(given["signature"].encode(), want)


def secret(key: str, region: str) -> str:
    """In LocalStack's place, which remembers them even if they are deleted. Raises CommonServiceException."""
    try:
        return signatures.secret_of(key, region)
    except signatures.UnknownKey:
        raise _unknown() from None
