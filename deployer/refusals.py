"""What an error of AWS, or the lack of an answer, means to people."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions as boto

from deployer import emulator
from deployer.errors import AwsError, TimedOut, Unreachable, UsageError

_OF_CREDENTIALS = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "ExpiredToken",
     "InvalidAccessKeyId", "AuthFailure", "ExpiredTokenException", "InvalidSignatureException"}
)  # fmt: skip

ENDPOINT = "AWS_ENDPOINT_URL"  # botocore's variable, which may also end in the name of a service

# What says that there is one of that name already.
EXISTS = (
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "EntityAlreadyExists",
    "PreconditionFailed",
    "ResourceAlreadyExistsException",
    "ResourceConflictException",
)


def refused(service: str, operation: str, code: str, message: str, address: str) -> AwsError:
    """AWS answered with an error. ``operation`` is boto3's, such as ``get_role``; ``address`` is who answered."""
    if code in _OF_CREDENTIALS:
        return Unreachable(f"the credentials are not accepted: {message}", "sign in again, or check AWS_PROFILE", code)
    # An answer without a body is AWS's way with HEAD requests alone.
    if not code or (code.isdigit() and message in ("", "Not Found") and not operation.startswith("head_")):
        return alien(address)
    action = "".join(part.capitalize() for part in operation.split("_"))
    hint = ""
    if "BlockPublic" in message:
        hint = "this account blocks public access to all its buckets: see S3's settings for the account in the console"
    elif code == "KMSAccessDeniedException":  # when a function that has environment variables is invoked
        # https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
        hint = "if its role was deleted and made anew: delete the function as well, and run 'up'"
    elif "AccessDenied" in code:
        # Permissions are not always called as their operations are: AWS's own word goes first.
        named = re.search(r"perform:? (\w[\w-]*:\w+)", message)
        hint = f"the credentials need the permission {named[1] if named else f'{service}:{action}'}"
    return AwsError(f"{action}: {code}: {message}", hint, code)


def alien(address: str) -> Unreachable:
    """Something answered that is neither AWS nor an emulator of it."""
    return Unreachable(f"{address} does not answer as AWS does", "check the address: is it a LocalStack?")


def elsewhere(client: Any) -> UsageError:
    """Calls meant for AWS would not go there. ``client``: what botocore tells of one, its ``meta``."""
    service = client.service_model.service_id.hyphenize().replace("-", "_").upper()
    names = (f"{ENDPOINT}_{service}", ENDPOINT)
    name = next((name for name in names if os.environ.get(name)), "")
    return UsageError(
        f"{name or 'endpoint_url in the AWS profile'} leads to {host(client.endpoint_url)}, which is not AWS",
        f"{f'unset {name}' if name else 'take it out'}; for an emulator use --endpoint-url, without --target aws",
    )


def host(url: str) -> str:
    """Where a URL leads to: the whole may hold a password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def unreachable(error: boto.BotoCoreError, endpoint_url: str | None) -> AwsError:
    """Nothing answered, or nothing could be asked. ``endpoint_url``: of the emulator that was, if it was one."""
    if endpoint_url and isinstance(error, boto.ConnectionError):
        return emulator.silent(endpoint_url)
    if isinstance(error, boto.ReadTimeoutError):
        return TimedOut("no answer came in time", "what was asked for may have been done all the same")
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        hint = "run 'aws configure' or 'aws sso login', or leave out --target aws to use the emulator"
        return Unreachable("no AWS credentials were found", hint)
    return Unreachable(str(error).splitlines()[0], "check the network, the profile and the region")
