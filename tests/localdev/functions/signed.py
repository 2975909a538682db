"""Requests to functions' URLs, signed."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def headers_of(host: str, path: str, body: bytes = b"", key: str = "test", *others: str) -> dict[str, str]:
    """Of a POST. others: the key's secret, and the token of a session."""
    request = AWSRequest("POST", f"http://{host}{path}", data=body)
    SigV4Auth(Credentials(key, *(others or ["test"])), "lambda", "us-east-1").add_auth(request)
    return {"Host": host, **{name: value for name, value in request.headers.items() if name != "Host"}}
