"""What the system tests do from outside: anonymous HTTP, and a decoder that is not the generator's library."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image

Cli = Callable[..., str]
"""Runs the AWS CLI: arguments in, what it prints out."""


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
        with urllib.request.urlopen(request, timeout=60) as answer:
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
