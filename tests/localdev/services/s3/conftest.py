"""Requests that nobody signed, sent to an address or to a host that only browsers resolve."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from localdev.emulator import Emulator

Ask = Callable[..., "Answer"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="session")
def ask(emulator: Emulator) -> Ask:
    """``ask("/path", "HEAD", Host="name")``: whatever the answer is, redirects are not followed."""

    def ask(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return Answer(answer.status, answer.headers, read)

    return ask


@pytest.fixture(scope="session")
def publish(client: Callable[..., Any]) -> Callable[..., None]:
    """Lets everybody read a bucket, or do what is given, with all that this takes on AWS."""

    def publish(bucket: str, *actions: str, **more: Any) -> None:
        s3 = client("s3")
        s3.delete_public_access_block(Bucket=bucket)
        arn = f"arn:aws:s3:::{bucket}"
        statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions) or "s3:GetObject"}
        statement |= {"Resource": [arn, f"{arn}/*"], **more}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    return publish
