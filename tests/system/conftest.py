"""The real configuration, deployed once, and the ways to use it: plain HTTP, and a browser."""

from __future__ import annotations

import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import NoBrowserError, executable_path

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Answer:
    """What came over HTTP."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)


def http(method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """One request of an anonymous client; an error status is an answer too."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def decode(image: bytes) -> str:
    """The text of the one QR code in a picture."""
    picture = Image.open(io.BytesIO(image)).convert("L")
    (found,) = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    return found.text


@dataclass(frozen=True)
class Qr:
    """A deployed QR system."""

    outputs: dict[str, str]

    @property
    def url(self) -> str:
        return f"{self.outputs['api.url']}/generate"

    @property
    def bucket(self) -> str:
        return self.outputs["buckets.images.name"]

    @property
    def function(self) -> str:
        return self.outputs["functions.generator.name"]

    def post(self, body: bytes) -> Answer:
        return http("POST", self.url, body, Content_Type="application/json")

    def generate(self, text: str) -> Any:
        """Make a code and return the answer's document."""
        answer = self.post(json.dumps({"text": text}).encode())
        assert answer.status == 200, answer.body
        return answer.json


@pytest.fixture(scope="session")
def qr(session_stack: Callable[..., Any]) -> Qr:
    return Qr(session_stack().json("up")["outputs"]["qr"])


@pytest.fixture(scope="module")  # while Playwright runs, no other event loop may
def chromium() -> Iterator[Any]:
    try:
        path = executable_path()
    except NoBrowserError as error:
        pytest.skip(f"{error}: run 'make browser'")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*root, *FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()
