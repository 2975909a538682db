"""Events in, responses out. S3's client is the real one, up to where it would turn to the network."""

import io
import json
import logging
import random
import re
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

CONTEXT = SimpleNamespace(aws_request_id="6bc3f1a0-9d1e-4f57-8a55-2d0c1f7e9b42")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIASECRETKEYID",
    "AWS_SECRET_ACCESS_KEY": "secret-access-key",
    "AWS_SESSION_TOKEN": "secret-session-token",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # or bodies come in chunks
}
CLASSES = {
    "include_uppercase": str.isupper,
    "include_lowercase": str.islower,
    "include_numbers": str.isdigit,
    "include_symbols": set("!@#$%^&*()_+-=[]{}|;:,.<>?").__contains__,
}
ALL = dict.fromkeys(CLASSES, True)
NONE = dict.fromkeys(CLASSES, False)
WIFI = {"length": 20, "include_symbols": False, "name": "wifi"}
DENIED = (403, "AccessDenied")
CONFLICT = (409, "ConditionalRequestConflict")
STUMBLE = (503, "SlowDown")


class S3:
    """A versioned bucket, whose first answers are `replies`: (status, code), or exceptions that quote the body."""

    def __init__(self, client):
        self.reset()
        client.meta.events.register("before-send.s3.PutObject", self.send)

    def reset(self):
        self.replies, self.puts, self.stored = [], [], {}

    def send(self, request, **_):
        address = urlsplit(request.url)
        key = f"{address.netloc.split('.')[0]}{address.path}"
        body = request.body.read()
        headers = {name: v.decode() if isinstance(v, bytes) else v for name, v in request.headers.items()}
        self.puts.append(SimpleNamespace(key=key, headers=headers, body=body))
        if self.replies:
            reply = self.replies.pop(0)
            if isinstance(reply, type):
                raise reply(body) from ValueError(body)
            return self.answer(request, *reply)
        if headers.get("If-None-Match") == "*" and key in self.stored:
            return self.answer(request, 412, "PreconditionFailed")
        self.stored.setdefault(key, []).append(json.loads(body))
        return self.answer(request, 200, "", {"x-amz-version-id": f"version {len(self.stored[key])}"})

    def answer(self, request, status, code, headers=None):
        # S3 names the role and the key in its messages.
        body = f"<Error><Code>{code}</Code><Message>secret-message</Message></Error>".encode() if code else b""
        return AWSResponse(request.url, status, headers or {}, HTTPResponse(io.BytesIO(body), preload_content=False))


@pytest.fixture(scope="module")
def warm(load):
    """The app module after a cold start, and the S3 behind it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_REGION"):
            patch.delenv(name, raising=False)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        app = load("password", "app")
        return app, S3(app.s3)


@pytest.fixture
def s3(warm):
    warm[1].reset()
    return warm[1]


@pytest.fixture
def ask(warm, s3, monkeypatch, slept, caplog):
    """ask(event) is the status and the decoded body of the response. All that anyone logs is in caplog."""
    monkeypatch.setenv("BUCKET_NAME", "vault")
    caplog.set_level(logging.DEBUG)

    def ask(event):
        response = json.loads(json.dumps(warm[0].handler(event, CONTEXT)))  # Lambda serialises it too
        assert response.keys() == {"statusCode", "headers", "body"}
        assert response["headers"] == {"Content-Type": "application/json"}
        return response["statusCode"], json.loads(response["body"])

    return ask


@pytest.mark.parametrize("event", [WIFI, {"body": json.dumps(WIFI)}], ids=["direct", "API Gateway"])
def test_a_password_is_stored_and_not_answered(ask, s3, event):
    status, body = ask(event)
    (put,) = s3.puts
    stored = json.loads(put.body)
    assert status == 200
    assert put.key == "vault/passwords/wifi.json"
    assert put.headers["Content-Type"] == "application/json"
    assert put.headers["If-None-Match"] == "*"
    assert "encryption" not in "".join(put.headers), "how to encrypt is for the bucket to say"
    assert len(stored.pop("password")) == 20
    assert stored == {
        "length": 20,
        "created_at": body["created_at"],
        "parameters": ALL | {"include_symbols": False},
    }
    assert body == {
        "message": "Password generated and stored",
        "password_name": "wifi",
        "s3_key": "passwords/wifi.json",
        "length": 20,
        "created_at": stored["created_at"],
        "new_version": False,
        "version_id": "version 1",
    }


def test_an_empty_request_gets_sixteen_characters_of_every_class(ask, s3):
    _, body = ask({})
    stored = json.loads(s3.puts[0].body)
    assert body["length"] == stored["length"] == len(stored["password"]) == 16
    assert stored["parameters"] == ALL


@pytest.mark.parametrize(("switch", "is_of_it"), CLASSES.items(), ids=CLASSES)
def test_each_switch_is_for_its_own_class(ask, s3, switch, is_of_it):
    ask({"length": 128, switch: False})
    ask(NONE | {switch: True})
    without, only = (json.loads(put.body)["password"] for put in s3.puts)
    assert not any(map(is_of_it, without))
    assert all(map(is_of_it, only))


def test_names_and_dates_tell_the_utc_time_and_do_not_meet(ask, s3, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        bodies = [ask({})[1] for _ in range(20)]
    finally:
        monkeypatch.undo()
        time.tzset()
    for body in bodies:
        stamp = re.fullmatch(r"password_(\d{8}_\d{6})_[0-9a-f]{8}", body["password_name"])[1]
        created = datetime.fromisoformat(body["created_at"])
        assert created.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)
        assert f"{created:%Y%m%d_%H%M%S}" == stamp
        assert body["s3_key"] == f"passwords/{body['password_name']}.json"
    assert len({body["password_name"] for body in bodies}) == len(s3.stored) == len(bodies)


def test_a_name_again_gets_a_new_version(ask, s3):
    _, first = ask({"name": "wifi", "length": 8})
    status, second = ask({"name": "wifi", "length": 9})
    assert status == 200
    assert (first["new_version"], second["new_version"]) == (False, True)
    assert (first["version_id"], second["version_id"]) == ("version 1", "version 2")
    assert second["message"].startswith("Password generated and stored as a new version: ")
    assert [each["length"] for each in s3.stored["vault/passwords/wifi.json"]] == [8, 9]
    _, refused, taken = s3.puts
    assert refused.body == taken.body
    assert "If-None-Match" not in taken.headers


def test_a_name_that_someone_else_is_writing_counts_as_one_there_is(ask, s3):
    s3.replies = [CONFLICT]
    status, body = ask({"name": "wifi"})
    assert (status, body["new_version"]) == (200, True)


def test_a_bucket_without_versioning_tells_no_version(ask, s3, monkeypatch):
    monkeypatch.setattr(s3, "replies", [(200, "")])
    assert ask({})[1]["version_id"] is None


def test_success_is_logged_without_the_password(ask, s3, caplog):
    _, body = ask({"name": "wifi", "length": 12})
    (record,) = [record for record in caplog.records if record.name == "functions.password.app"]
    assert record.levelno == logging.INFO
    assert json.loads(record.getMessage()) == {"message": "password made", "key": body["s3_key"], "length": 12}
    assert json.loads(s3.puts[0].body)["password"] not in caplog.text


def test_success_is_logged_whatever_the_root_logger_leaves_out(ask, caplog):
    """On Lambda its level is WARNING."""
    caplog.set_level(logging.WARNING)
    caplog.handler.setLevel(logging.NOTSET)
    ask({})
    assert [record.levelno for record in caplog.records] == [logging.INFO]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"length": 7}, "'length'"),
        ({"include_symbols": "no"}, "'include_symbols'"),
        ({"name": "../x"}, "'name'"),
        ({"lenght": 20}, "'lenght' is unknown: did you mean 'length'?"),
        (NONE, "At least one of"),
        ({"body": "x"}, "The body is not JSON"),
        (None, "The request is not a JSON object"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(ask, s3, caplog, event, told):
    status, body = ask(event)
    assert status == 400
    assert body.keys() == {"error"}
    assert body["error"].startswith(told)
    assert not s3.puts
    assert not caplog.records, "a caller's mistake is no fault of ours to look into"


@pytest.mark.parametrize("replies", [[DENIED], [CONFLICT, DENIED]], ids=["at first", "as a new version"])
def test_a_refusal_of_s3_is_logged_and_leaks_nothing(ask, s3, caplog, replies):
    s3.replies = list(replies)
    assert ask({"name": "secret-name"}) == (500, {"error": "Internal server error"})
    log = failure(caplog)
    assert log["reason"] == "ClientError: AccessDenied"
    assert "in store" in log["traceback"]
    assert_nothing_leaks(caplog, s3)


def test_an_error_that_quotes_the_request_is_not_quoted(ask, s3, caplog):
    """As botocore's ParamValidationError quotes parameters."""
    s3.replies = [TypeError]
    assert ask({"name": "secret-name"}) == (500, {"error": "Internal server error"})
    assert failure(caplog)["reason"] == "TypeError"
    assert_nothing_leaks(caplog, s3)


def test_a_missing_bucket_name_is_our_fault_not_the_callers(ask, s3, caplog, monkeypatch):
    monkeypatch.delenv("BUCKET_NAME")
    assert ask({}) == (500, {"error": "Internal server error"})
    log = failure(caplog)
    assert log["reason"] == "KeyError"
    assert 'os.environ["BUCKET_NAME"]' in log["traceback"]


def failure(caplog):
    """The one log line of a failure."""
    (record,) = [record for record in caplog.records if record.name == "functions.password.app"]
    assert record.levelno == logging.ERROR
    log = json.loads(record.getMessage())
    assert log.keys() == {"message", "aws_request_id", "reason", "traceback"}
    assert log["aws_request_id"] == CONTEXT.aws_request_id
    return log


def assert_nothing_leaks(caplog, s3):
    passwords = {json.loads(put.body)["password"] for put in s3.puts}
    assert passwords
    for secret in ("secret-name", "secret-message", *ENVIRONMENT.values(), *passwords):
        assert secret not in caplog.text


def test_a_stumble_of_s3_is_tried_again(ask, s3):
    s3.replies = [STUMBLE]
    status, body = ask({})
    assert (status, body["new_version"], len(s3.puts)) == (200, False, 2)


def test_a_lasting_failure_of_s3_is_answered_within_the_functions_timeout(ask, s3, monkeypatch, slept, warm):
    monkeypatch.setattr(random, "random", lambda: 1)
    s3.replies = [STUMBLE, CONFLICT] + [STUMBLE] * 9
    assert ask({})[0] == 500
    config = warm[0].s3.meta.config
    assert len(s3.puts) * (config.connect_timeout + config.read_timeout) + sum(slept) < 30
