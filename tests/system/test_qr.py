"""The QR system over plain HTTP, decoded by another library than the one that made the codes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.system.web import Qr, decode, http

VCARD = "\r\n".join(
    [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Nguyễn;Zoë;;Dr.;",
        "FN:Dr. Zoë Nguyễn",
        "ORG:Nordlicht GmbH",
        "TEL;TYPE=CELL:+49 170 5550123",
        "EMAIL:zoe@example.org",
        "ADR;TYPE=WORK:;;Große Straße 7;Flensburg;;24937;Germany",
        "END:VCARD",
    ]
)
TEXTS = {
    "url": "https://example.org/shop/äpfel?utm_source=flyer&id=4711#kasse",
    "short url": "http://a.io",
    "vcard": VCARD,
    "wifi": r"WIFI:T:WPA;S:Café \;Gäste\;;P:corr\:ect \"horse\" b\\attery;H:false;;",
    "emoji and kanji": "日本語の漢字、かな 👩🏽‍🚀🎉 und Ümläute — 100 % ✓",
    "numbers": "0123456789" * 12,
    "1,000 characters": ("Pack my box with five dozen liquor jugs! " * 25)[:1000],
    "1,000 characters, most of them kanji": ("永和九年歳在癸丑暮春之初" * 84)[:976] + "x" * 24,
    "markup and quotes": """<b>"don't"</b> \\ {"text": null} %00 &amp;""",
    "several lines": "first\nsecond\tthird",
}

BAD_BODIES = {
    "empty text": (b'{"text": ""}', "'text' is empty"),
    "blank text": (b'{"text": " \\n\\t "}', "'text' is empty"),
    "1,001 characters": (json.dumps({"text": "x" * 1001}).encode(), "'text' has 1,001 characters, 1,000 are allowed"),
    "more bytes than fit": (json.dumps({"text": "漢" * 985}).encode(), "'text' does not fit in a QR code"),
    "no JSON": (b"text=hello", "The body is not JSON"),
    "cut off JSON": (b'{"text": "hel', "The body is not JSON"),
    "array": (b'["hello"]', "The request is not a JSON object"),
    "string": (b'"hello"', "The request is not a JSON object"),
    "number as text": (b'{"text": 42}', "'text' is not a string"),
    "null as text": (b'{"text": null}', "'text' is not a string"),
    "no text": (b'{"txt": "hello"}', "'text' is missing"),
    "no body": (b"", "The request has no body|The body is not JSON"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_comes_back_from_the_returned_url(qr: Qr, text: str) -> None:
    answer = qr.generate(text)
    assert answer.keys() == {"message", "url", "filename", "text_length"}
    assert answer["text_length"] == len(text)
    assert answer["url"].endswith(f"/{qr.bucket}/{answer['filename']}")
    image = http("GET", answer["url"])
    assert (image.status, image.headers["Content-Type"]) == (200, "image/png")
    assert image.headers["Cache-Control"] == "max-age=31536000"
    assert decode(image.body) == text


def test_space_around_a_text_is_left_out(qr: Qr) -> None:
    answer = qr.generate("  hello \n")
    assert answer["text_length"] == len("hello")
    assert decode(http("GET", answer["url"]).body) == "hello"


def test_the_same_text_twice_gets_two_files(qr: Qr) -> None:
    assert qr.generate("twice")["filename"] != qr.generate("twice")["filename"]


def test_an_answer_may_be_read_by_pages_of_any_origin(qr: Qr) -> None:
    answer = http("POST", qr.url, b'{"text": "hello"}', Content_Type="text/plain", Origin="https://shop.example.org")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")


@pytest.mark.parametrize(("body", "message"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_request_is_told_what_is_wrong(qr: Qr, body: bytes, message: str) -> None:
    answer = qr.post(body)
    assert answer.status == 400, answer.body
    assert answer.json.keys() == {"error"}
    assert re.search(message, answer.json["error"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_may_ask_first(qr: Qr) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    answer = http("OPTIONS", qr.url, Origin="https://shop.example.org", **asked)
    assert answer.status in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/nowhere"), ("GET", "/generate"), ("GET", "/")])
def test_what_is_no_route_is_answered_as_json(qr: Qr, method: str, path: str) -> None:
    answer = http(method, qr.outputs["api.url"] + path, b"{}" if method == "POST" else None)
    assert 400 <= answer.status < 500
    assert "message" in answer.json
    assert answer.headers["Access-Control-Allow-Origin"] == "*", "a page could not read the error"


def test_curl_that_calls_its_json_a_form(qr: Qr) -> None:
    """What 'curl -d' does when nobody tells it the content type."""
    answer = http("POST", qr.url, b'{"text": "a=b&c d"}', Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 200, answer.body
    assert decode(http("GET", answer.json["url"]).body) == "a=b&c d"


def test_a_missing_picture_is_refused(qr: Qr) -> None:
    """S3 tells who may not list a bucket nothing of what is not in it: 403, not 404.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    url = qr.generate("there")["url"]
    assert http("GET", url).status == 200
    assert http("GET", url + "x").status == 403


def test_direct_invocation(qr: Qr, client: Callable[[str], Any]) -> None:
    answer = client("lambda").invoke(FunctionName=qr.function, Payload=json.dumps({"text": "direct ✓"}))
    assert "FunctionError" not in answer
    payload = json.load(answer["Payload"])
    assert payload["statusCode"] == 200
    assert decode(http("GET", json.loads(payload["body"])["url"]).body) == "direct ✓"


def test_direct_invocation_with_nothing_of_use(qr: Qr, client: Callable[[str], Any]) -> None:
    answer = client("lambda").invoke(FunctionName=qr.function, Payload=b"[]")
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"])["statusCode"] == 400


def test_a_failure_is_logged_with_its_request_and_without_the_text(
    stack: Callable[..., Any], client: Callable[[str], Any]
) -> None:
    """The bucket is deleted behind everyone's back; 'up' then makes good what was done."""
    own = stack()
    broken = Qr(own.json("up")["outputs"]["qr"])
    client("s3").delete_bucket(Bucket=broken.bucket)

    answer = broken.post(b'{"text": "a secret nobody must log"}')
    assert (answer.status, answer.json) == (500, {"error": "Internal server error"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    invoked = client("lambda").invoke(FunctionName=broken.function, Payload=b'{"text": "a secret nobody must log"}')
    request = invoked["ResponseMetadata"]["RequestId"]

    lines = _log(client("logs"), f"/aws/lambda/{broken.function}", f"REPORT RequestId: {request}")
    assert any("NoSuchBucket" in line and request in line for line in lines)
    assert not any("secret" in line for line in lines)

    assert [change["id"] for change in own.json("up")["changes"]] == ["qr.bucket.images"]
    assert broken.generate("well again")["text_length"] == len("well again")


def _log(logs: Any, group: str, last: str) -> list[str]:
    """The messages of a log group, once one of them starts with ``last``."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = [event["message"] for page in pages for event in page["events"]]
        if any(line.startswith(last) for line in lines):
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{last!r} is not in {lines}")
