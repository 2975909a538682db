"""Putting a code into S3, with a session that answers as it is told."""

import io

from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIASECRETKEYID",
    "AWS_SECRET_ACCESS_KEY": "secret/access+key",
    "AWS_SESSION_TOKEN": "secret//session+token==",
}
BODY = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def put(storage, key="qr_1.png"):
    storage.put("codes", key, BODY, content_type="image/png", cache_control="max-age=3")


def replying(storage, *replies):
    """Has the session raise errors or answer (status, body) in turn; returns the list of the requests to come."""
    requests, replies = [], iter(replies)

    def send(request):
        requests.append(request)
        reply = next(replies)
        if isinstance(reply, Exception):
            raise reply
        return answer(request, *reply)

    storage.http.send = send
    return requests


def answer(request, status=200, body=b""):
    return AWSResponse(request.url, status, {}, HTTPResponse(io.BytesIO(body), preload_content=False))
