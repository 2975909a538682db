"""Buckets, and requests that no client of AWS's would send."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

_numbers = itertools.count(1)


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
def send(ask: Callable[..., Any]) -> Callable[..., Any]:
    """``send("PUT", url, body, header=…)``: the URL as a client made it."""

    def send(method: str, url: str, body: bytes | None = None, **headers: str) -> Any:
        return ask(urlsplit(url)._replace(scheme="", netloc="").geturl(), method, body, **headers)

    return send


@pytest.fixture(scope="session")
def send_form(ask: Callable[..., Any]) -> Callable[..., Any]:
    """``send_form(bucket, {"key": …, "file": …})``, as a browser does."""

    def send_form(bucket: str, fields: dict[str, str]) -> Any:
        parts = (f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields)
        body = f"{''.join(parts)}--x--\r\n".encode()
        return ask(f"/{bucket}", "POST", body, Content_Type="multipart/form-data; boundary=x")

    return send_form
