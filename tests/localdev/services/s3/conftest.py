"""Buckets, and requests that no client of AWS's would send, or to a host that only browsers resolve."""

from __future__ import annotations

import http.client
import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from localdev.emulator import Emulator

Ask = Callable[..., "Answer"]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


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


@pytest.fixture(scope="session")
def bucket(client: Callable[..., Any]) -> Callable[..., str]:
    """Makes a bucket that nothing else uses, and returns its name."""

    def make(versioning: str | None = None) -> str:
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        client("s3").create_bucket(Bucket=name)
        if versioning:
            client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
        return name

    return make


@pytest.fixture(scope="session")
def send(ask: Ask) -> Callable[..., Answer]:
    """``send("PUT", url, body, header=…)``: the URL as a client made it."""

    def send(method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
        return ask(urlsplit(url)._replace(scheme="", netloc="").geturl(), method, body, **headers)

    return send
