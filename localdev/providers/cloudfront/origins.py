"""Where a distribution gets its answers from: buckets of this emulator, and servers on this machine."""

# mypy: allow-untyped-calls
from __future__ import annotations

import http.client
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError
from localstack import config as localstack_config
from localstack.aws.connect import connect_to
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.constants import S3_HOST_ID

from localdev.providers.cloudfront.cache import Answer

SERVICE = "cloudfront.amazonaws.com"
BUCKET = re.compile(
    r"(.+)\.s3[.-](?!website)(?:[\w-]+\.)?(?:amazonaws\.com(?:\.cn)?|localhost(?:\.localstack\.cloud)?)(?::\d+)?"
)
# AWS's own names of what the emulator has: its host-style routes answer to them.
OURS = re.compile(r".+\.(?:execute-api|lambda-url)\..+|.+\.s3-website[.-].+")
LOOPBACK = re.compile(r"127(?:\.\d+){3}|(?:.+\.)?localhost")
NOT_PASSED_ON = frozenset({"connection", "keep-alive", "server", "transfer-encoding", "x-localstack"})


class Unreachable(Exception):
    """The origin does not answer, or is not on this machine."""


def bucket_of(domain: str) -> str | None:
    found = BUCKET.fullmatch(domain)
    return found and found[1]


def from_bucket(origin: Mapping[str, Any], path: str, arn: str, *, signed: bool) -> Answer:
    """arn: the distribution's, which the bucket's policy may name. Errors are S3's own, as XML."""
    SERVICE_PLUGINS.require("s3")
    from localdev.services.s3 import access

    name = str(bucket_of(origin["DomainName"]))
    bucket = access.find_bucket(name)
    if bucket is None:
        return _error(404, "NoSuchBucket", "The specified bucket does not exist")
    key = unquote(origin["OriginPath"] + path)[1:]
    about = {"aws:sourcearn": arn, "aws:sourceaccount": arn.split(":")[4]}

    def may(action: str, key: str | None = None) -> bool:
        trusted = signed and access.service_may(bucket, action, key, SERVICE, about)
        return trusted or access.anyone_may(bucket, action, key)

    if not access.has(bucket, key):
        if not may("s3:ListBucket"):
            return _error(403, "AccessDenied", "Access Denied")
        return _error(404, "NoSuchKey", "The specified key does not exist.")
    if not may("s3:GetObject", key):
        return _error(403, "AccessDenied", "Access Denied")
    s3: Any = connect_to().s3
    try:
        found = s3.get_object(Bucket=name, Key=key)
    except ClientError as error:  # such as an object that is archived, or encrypted with a key of the customer's
        refused = error.response["Error"]
        return _error(error.response["ResponseMetadata"]["HTTPStatusCode"], refused["Code"], refused["Message"])
    return Answer(200, _headers(found["ResponseMetadata"]["HTTPHeaders"].items()), found["Body"].read())


def from_server(
    origin: Mapping[str, Any], method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> Answer:
    """path: with the query. Raises Unreachable.

    All connections are plain HTTP, since nothing here has a certificate.
    """
    host = origin["DomainName"]
    port = localstack_config.GATEWAY_LISTEN[0].port
    if LOOPBACK.fullmatch(host):
        port = origin["CustomOriginConfig"]["HTTPPort"]
    elif not OURS.fullmatch(host):
        raise Unreachable(f"the origin {host} is not on this machine; only those that are can be asked")
    named = host.replace(".s3-website-", ".s3-website.")
    own = {each["HeaderName"]: each["HeaderValue"] for each in origin["CustomHeaders"].get("Items", [])}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_patience(origin))
    try:
        connection.request(
            method, origin["OriginPath"] + path, body, headers={"Host": f"{named}:{port}", **headers, **own}
        )
        answer = connection.getresponse()
        return Answer(answer.status, _headers(answer.getheaders()), answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"the origin {host} does not answer at port {port}: {error}") from None
    finally:
        connection.close()


def _patience(origin: Mapping[str, Any]) -> int:
    seconds: int = origin["CustomOriginConfig"].get("OriginReadTimeout") or 30
    return seconds


def _headers(given: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in given if name.lower() not in NOT_PASSED_ON}


def _error(status: int, code: str, message: str) -> Answer:
    request_id = uuid.uuid4().hex[:16].upper()
    about = f"<RequestId>{request_id}</RequestId><HostId>{S3_HOST_ID}</HostId>"
    text = f"<Error><Code>{code}</Code><Message>{message}</Message>{about}</Error>"
    headers = {"content-type": "application/xml", "x-amz-request-id": request_id, "x-amz-id-2": S3_HOST_ID}
    return Answer(status, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode())
