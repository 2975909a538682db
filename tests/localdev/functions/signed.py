"""Requests to functions' URLs, signed."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# Types and bodies that could be written otherwise.
FORMS = [
    ("application/x-www-form-urlencoded", "b=2&a=%41+x&&c"),
    (
        "multipart/form-data; boundary=XX",
        '--XX\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhi\r\n--XX--\r\n',
    ),
]


def headers_of(
    host: str, path: str, body: bytes = b"", key: str = "test", *others: str, kind: str = ""
) -> dict[str, str]:
    """Of a POST. others: the key's secret, and the token of a session. kind: the type of the body."""
    request = AWSRequest("POST", f"http://{host}{path}", {"Content-Type": kind} if kind else {}, body)
    SigV4Auth(Credentials(key, *(others or ["test"])), "lambda", "us-east-1").add_auth(request)
    return {"Host": host, **{name: value for name, value in request.headers.items() if name != "Host"}}
