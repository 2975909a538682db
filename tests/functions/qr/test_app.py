"""Events in, responses out. Storage is the real one, faked where its HTTP session would turn to the network."""

import io
import json
import logging
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import zxingcpp
from botocore.awsrequest import AWSResponse
from PIL import Image
from urllib3 import HTTPResponse

EVENTS = Path(__file__).parents[2] / "events"
CONTEXT = SimpleNamespace(aws_request_id="6bc3f1a0-9d1e-4f57-8a55-2d0c1f7e9b42")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIASECRETKEYID",
    "AWS_SECRET_ACCESS_KEY": "secret-access-key",
    "AWS_SESSION_TOKEN": "secret-session-token",
}
DENIED = b"<Error><Code>AccessDenied</Code><Message>secret-role may not s3:PutObject</Message></Error>"
SECRET_TEXT = "the door code is 4711"


class S3:
    """Keeps what is put; answers with `replies`, (status, body) each, then with success."""

    def __init__(self, session):
        self.puts, self.urls, self.replies = [], [], []
        session.send = self.send

    def send(self, request):
        address = urlsplit(request.url)
        bucket, key = address.path[1:].split("/") if address.port else (address.netloc.split(".")[0], address.path[1:])
        self.urls.append(request.url)
        self.puts.append(
            {
                "Bucket": bucket,
                "Key": key,
                "Body": request.body,
                "ContentType": request.headers["Content-Type"],
                "CacheControl": request.headers["Cache-Control"],
            }
        )
        status, body = self.replies.pop(0) if self.replies else (200, b"")
        return AWSResponse(request.url, status, {}, HTTPResponse(io.BytesIO(body), preload_content=False))


@pytest.fixture(scope="module")
def start(load):
    """start(region, **more environment) is a cold start: the app module, and the S3 behind it."""

    def start(region="eu-west-1", **more):
        with pytest.MonkeyPatch.context() as patch:
            for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
                patch.delenv(name, raising=False)
            for name, value in (ENVIRONMENT | {"AWS_REGION": region} | more).items():
                patch.setenv(name, value)
            app = load("qr", "app")
        return app, S3(app.storage.http)

    return start


@pytest.fixture(scope="module")
def warm(start):
    return start()


@pytest.fixture
def s3(warm):
    _, s3 = warm
    s3.__dict__.update(puts=[], urls=[], replies=[])
    return s3


@pytest.fixture
def ask(warm, s3, monkeypatch):
    """ask(event) is the status and the decoded body of the response."""
    monkeypatch.setenv("BUCKET_NAME", "codes")

    def ask(event):
        response = json.loads(json.dumps(warm[0].handler(event, CONTEXT)))  # Lambda serialises it too
        assert response.keys() == {"statusCode", "headers", "body"}
        assert response["headers"] == {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        return response["statusCode"], json.loads(response["body"])

    return ask


def recorded(name, **changes):
    return json.loads((EVENTS / f"{name}.json").read_text()) | changes


def post(text):
    return recorded("qr_generate", body=json.dumps({"text": text}))


def decode(png):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"), zxingcpp.BarcodeFormat.QRCode)
    return found.text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (recorded("qr_generate"), "https://tickets.example.org/e/4711?seat=12A"),
        (recorded("qr_generate_unicode"), "漢字とかな 🎫 Grüße"),
        (recorded("qr_generate_base64"), "Übergabe um 9 🚀"),
        ({"text": "straight to Lambda"}, "straight to Lambda"),
        (post("\t padded \n"), "padded"),
        (post("x" * 1000), "x" * 1000),
        (post(" " + "é" * 1000 + " "), "é" * 1000),
    ],
    ids=["API Gateway", "Unicode", "base64", "direct", "padded", "1,000", "1,000 padded"],
)
def test_a_text_becomes_a_code_in_the_bucket(ask, s3, event, text):
    status, body = ask(event)
    (put,) = s3.puts
    assert status == 200
    assert body.keys() == {"message", "url", "filename", "text_length"}
    assert body["text_length"] == len(text)
    assert body["filename"] == put["Key"]
    assert body["url"].endswith("/" + put["Key"])
    assert decode(put["Body"]) == text
    assert put["Bucket"] == "codes"
    assert put["ContentType"] == "image/png"
    assert put["CacheControl"] == f"max-age={365 * 24 * 60 * 60}"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (recorded("qr_generate_no_body"), "The request has no body"),
        (recorded("qr_generate", body=""), "The body is not JSON"),
        (recorded("qr_generate_form"), "The body is not JSON"),
        (recorded("qr_generate", body="[" * 100_000), "The body is not JSON"),
        (recorded("qr_generate", body="e30", isBase64Encoded=True), "The body is not JSON"),
        (recorded("qr_generate", body="/w==", isBase64Encoded=True), "The body is not JSON"),
        (recorded("qr_generate", body={"text": "x"}), "The body is not JSON"),
        (recorded("qr_generate", body='["x"]'), "The request is not a JSON object"),
        (recorded("qr_generate", body="null"), "The request is not a JSON object"),
        (["x"], "The request is not a JSON object"),
        (None, "The request is not a JSON object"),
        (recorded("qr_generate", body='{"Text": "x"}'), "'text' is missing"),
        ({}, "'text' is missing"),
        (post(None), "'text' is not a string"),
        (post(["x"]), "'text' is not a string"),
        (post(4711), "'text' is not a string"),
        (post(""), "'text' is empty"),
        (post(" \t\r\n\u3000"), "'text' is empty"),
        (post("x" * 1001), "'text' has 1,001 characters, 1,000 are allowed"),
        (post("🎫" * 1000), "4,000 bytes of UTF-8"),
        (post("\ud800"), "surrogate"),
        ({"text": "x\udfff"}, "surrogate"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(ask, s3, caplog, event, error):
    status, body = ask(event)
    assert status == 400
    assert body.keys() == {"error"}
    assert error in body["error"]
    assert not s3.puts
    assert not caplog.records, "a caller's mistake is no fault of ours to look into"


def test_file_names_tell_the_utc_time_and_cannot_be_guessed(ask, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        names = [ask(post("same"))[1]["filename"] for _ in range(20)]
    finally:
        monkeypatch.undo()
        time.tzset()
    parts = [re.fullmatch(r"qr_(\d{8}_\d{6})_([0-9a-f]{32})\.png", name).groups() for name in names]
    made = datetime.strptime(parts[0][0], "%Y%m%d_%H%M%S").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - made).total_seconds()) < 60
    assert len({unique for _, unique in parts}) == len(names)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"region": "us-east-1"}, "https://codes.s3.us-east-1.amazonaws.com/"),
        ({"region": "eu-west-1"}, "https://codes.s3.eu-west-1.amazonaws.com/"),
        ({"region": "us-gov-west-1"}, "https://codes.s3.us-gov-west-1.amazonaws.com/"),
        ({"region": "cn-north-1"}, "https://codes.s3.cn-north-1.amazonaws.com.cn/"),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566"}, "http://localhost:4566/codes/"),
        ({"AWS_ENDPOINT_URL": "http://s3.localhost:4566/"}, "http://s3.localhost:4566/codes/"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/codes/"),
        (
            {"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_ENDPOINT_URL_S3": "http://localhost:9000"},
            "http://localhost:9000/codes/",
        ),
    ],
)
def test_the_answered_url_is_where_the_client_puts_the_code(start, monkeypatch, environment, url):
    monkeypatch.setenv("BUCKET_NAME", "codes")
    app, s3 = start(**environment)
    body = json.loads(app.handler({"text": "x"}, CONTEXT)["body"])
    assert body["url"] == url + body["filename"]
    assert s3.urls == [body["url"]]


def test_a_failed_upload_is_logged_and_leaks_nothing(ask, s3, caplog):
    s3.replies = [(403, DENIED)]
    assert ask(post(SECRET_TEXT)) == (500, {"error": "Internal server error"})
    (record,) = caplog.records
    log = json.loads(record.getMessage())
    assert record.levelno == logging.ERROR
    assert log["aws_request_id"] == CONTEXT.aws_request_id
    assert "Traceback" in log["traceback"]
    assert "AccessDenied" in log["traceback"]
    assert SECRET_TEXT not in caplog.text
    for name in ENVIRONMENT:
        assert ENVIRONMENT[name] not in caplog.text


def test_a_missing_bucket_name_is_our_fault_not_the_callers(ask, s3, caplog, monkeypatch):
    monkeypatch.delenv("BUCKET_NAME")
    assert ask(post("x")) == (500, {"error": "Internal server error"})
    assert "BUCKET_NAME" in json.loads(caplog.records[0].getMessage())["traceback"]


@pytest.mark.usefixtures("slept")
def test_a_stumble_of_s3_is_tried_again(ask, s3):
    s3.replies = [(503, b""), (500, b"")]
    assert ask(post("x"))[0] == 200
    assert len(s3.urls) == 3


def test_a_lasting_failure_of_s3_is_answered_within_the_functions_timeout(ask, s3, monkeypatch, slept, warm):
    monkeypatch.setattr(random, "random", lambda: 1)
    s3.replies = [(503, b"")] * 9
    assert ask(post("x"))[0] == 500
    timeout = warm[0].storage.http._timeout
    assert len(s3.urls) * (timeout.connect_timeout + timeout.read_timeout) + sum(slept) < 30
