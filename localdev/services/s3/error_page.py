"""The pages that a website endpoint answers with when it has no better one."""

# mypy: allow-untyped-calls
from __future__ import annotations

import uuid
from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from localstack.services.s3.constants import S3_HOST_ID
from rolo import Response

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
MESSAGES = {
    "AccessDenied": (403, "Access Denied"),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchWebsiteConfiguration": (404, "The specified bucket does not have a website configuration"),
}


class Refused(Exception):
    """An error of S3, with its code. said: its status and message. ``details``: what else its page lists."""

    def __init__(self, code: str, said: tuple[int, str] | None = None, **details: str) -> None:
        self.code = code
        self.status, self.message = said or MESSAGES[code]
        self.details: Mapping[str, str] = details
        super().__init__(code)


def page(refused: Refused, second: Refused | None = None) -> Response:
    """second: why there is no page of the site's own."""
    title = f"{refused.status} {HTTPStatus(refused.status).phrase}"
    request_id = uuid.uuid4().hex[:16].upper()
    body = f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
    body += _listed(refused, RequestId=request_id, HostId=S3_HOST_ID)
    if second:
        body += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n" + _listed(second)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "x-amz-error-code": refused.code,
        "x-amz-error-message": refused.message,
        "x-amz-request-id": request_id,
        "x-amz-id-2": S3_HOST_ID,
    }
    return Response(f"{body}<hr/>\n</body>\n</html>\n", refused.status, headers=headers)


def _listed(refused: Refused, **more: str) -> str:
    lines = {"Code": refused.code, "Message": refused.message, **refused.details, **more}
    items = "".join(f"<li>{name}: {escape(value)}</li>\n" for name, value in lines.items())
    return f"<ul>\n{items}</ul>\n"
