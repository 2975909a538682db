"""Puts objects into S3: one signed HTTP request, by the signer and the HTTP session inside botocore.

Not by botocore's S3 client: making that would double a cold start, for the sake of one of its hundred operations.
"""

import os
import random
import re
import time
from types import SimpleNamespace
from urllib.parse import quote

from botocore import exceptions
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

# Lambda sets these before a process starts and does not change them. Only emulators are at an endpoint.
REGION = os.environ["AWS_REGION"]
DOMAIN = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}.get(REGION.split("-")[0], "amazonaws.com")
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
credentials = SimpleNamespace(  # all that the signer reads of botocore's Credentials, whose import takes 10 ms
    access_key=os.environ["AWS_ACCESS_KEY_ID"],
    secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    token=os.environ.get("AWS_SESSION_TOKEN"),
)
signer = S3SigV4Auth(credentials, "s3", REGION)
http = URLLib3Session(timeout=(2, 5))  # seconds to connect and to answer


class StorageError(Exception):
    """The object was not written. The message is for the log: it may name the role, the bucket and the key."""


def object_url(bucket: str, key: str) -> str:
    """Where an object is written and opens. On emulators by path: nobody resolves `bucket.localhost`."""
    base = f"{ENDPOINT.rstrip('/')}/{bucket}" if ENDPOINT else f"https://{bucket}.s3.{REGION}.{DOMAIN}"
    return f"{base}/{quote(key)}"


def put(bucket: str, key: str, body: bytes, content_type: str, cache_control: str) -> None:
    """Write an object, in up to three tries if S3 stumbles: 24 s at most. Raises StorageError."""
    for pause in (1, 2, 0):
        headers = {"Content-Type": content_type, "Cache-Control": cache_control}
        request = AWSRequest("PUT", object_url(bucket, key), headers, body)
        signer.add_auth(request)
        try:
            response = http.send(request.prepare())
        except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
            failure = f"no answer: {error}"
        else:
            if response.status_code == 200:
                return
            # Not the whole answer: to a wrong signature S3 repeats the request, session token and all.
            told = re.findall("<(?:Code|Message)>([^<]*)", response.content.decode(errors="replace"))
            failure = f"answer {response.status_code} {': '.join(told)}"
            if response.status_code < 500 and response.status_code != 429:
                break
        time.sleep(pause * random.random())
    raise StorageError(f"S3 did not take the object: {failure}")
