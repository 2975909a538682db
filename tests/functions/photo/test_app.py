"""Events in, responses out; S3 is a small server where a name is looked up."""

import json
import logging
import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

EVENTS = Path(__file__).parents[2] / "events"
CONTEXT = SimpleNamespace(aws_request_id="6bc3f1a0-9d1e-4f57-8a55-2d0c1f7e9b42")
HEADERS = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "http://page.s3-website.eu-west-1.amazonaws.com",
    "Cache-Control": "no-store",
}
ERROR = {"error": "Internal server error"}
SECRETS = ("AKIASECRETKEYID", "secret-access-key", "secret-session-token", "Signature", "X-Amz", "http://", "https://")


@pytest.fixture
def app(start, s3):
    return start("app", AWS_ENDPOINT_URL=s3.url)


@pytest.fixture
def ask(app):
    """ask(event) is the status and the decoded body of the response."""

    def ask(event):
        response = json.loads(json.dumps(app.handler(event, CONTEXT)))  # Lambda serialises it too
        assert response.keys() == {"statusCode", "headers", "body"}
        assert response["headers"] == HEADERS
        return response["statusCode"], json.loads(response["body"])

    return ask


def recorded(**query):
    """The recorded event, its query replaced by `query` if there is any."""
    event = json.loads((EVENTS / "photo_presign.json").read_text())
    if query:
        event["queryStringParameters"] = query
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    return event


def named(name):
    return recorded(type="image/jpeg", size="12345", name=name)


def test_a_photo_gets_a_url_that_takes_it(ask, s3):
    status, body = ask(recorded())
    assert status == 200
    assert body.keys() == {"url", "method", "headers", "key", "expires_in"}
    assert (body["method"], body["expires_in"]) == ("PUT", 300)
    assert body["headers"] == {"Content-Type": "image/jpeg", "If-None-Match": "*"}
    url = urlsplit(body["url"])
    assert url.path == f"/photos/{body['key']}"
    assert parse_qs(url.query)["X-Amz-Expires"] == ["300"]
    assert s3.asked == [], "nobody has to look up a key that cannot be guessed"


@pytest.mark.parametrize(
    ("type_", "extension"),
    [
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/webp", "webp"),
        ("image/gif", "gif"),
        ("image/avif", "avif"),
    ],
)
def test_keys_cannot_be_guessed_and_end_as_their_type_does(ask, type_, extension):
    keys = {ask(recorded(type=type_, size="1"))[1]["key"] for _ in range(20)}
    assert len(keys) == 20
    for key in keys:
        assert re.fullmatch(rf"uploads/[A-Za-z0-9_-]{{22}}\.{extension}", key), key


@pytest.mark.parametrize("status", [403, 404])
def test_a_name_nobody_has_taken(ask, s3, status):
    s3.statuses = [status]
    answered, body = ask(named("cat.jpg"))
    assert (answered, body["key"]) == (200, "uploads/cat.jpg")
    assert urlsplit(body["url"]).path == "/photos/uploads/cat.jpg"
    assert s3.asked == [("HEAD", "/photos/uploads/cat.jpg")]


def test_a_name_somebody_has_taken(ask, s3, caplog):
    s3.statuses = [200]
    assert ask(named("cat.jpg")) == (409, {"error": "There is a photo 'cat.jpg' already: choose another name"})
    assert not caplog.records


@pytest.mark.parametrize("name", ["", "../cat.jpg", "cat.png"])
def test_a_wrong_request_is_told_what_is_wrong(ask, s3, caplog, name):
    status, body = ask(named(name))
    assert status == 400
    assert body.keys() == {"error"}
    assert body["error"].startswith("'name' must")
    assert not s3.asked
    assert not caplog.records, "a caller's mistake is no fault of ours to look into"


@pytest.mark.parametrize("status", [400, 500, 503])
@pytest.mark.usefixtures("slept")
def test_a_failure_of_s3_is_logged_with_its_code(ask, s3, caplog, status):
    s3.statuses = [status]
    assert ask(named("cat.jpg")) == (500, ERROR)
    (record,) = caplog.records
    log = json.loads(record.getMessage())
    assert record.levelno == logging.ERROR
    assert log["aws_request_id"] == CONTEXT.aws_request_id
    assert f"({status})" in log["traceback"].splitlines()[-1]


def test_a_url_that_cannot_be_signed(start, caplog):
    app = start("app", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_SESSION_TOKEN=None)
    response = app.handler(recorded(), CONTEXT)
    assert (response["statusCode"], json.loads(response["body"])) == (500, ERROR)
    assert "NoCredentialsError" in json.loads(caplog.records[0].getMessage())["traceback"]


@pytest.mark.usefixtures("slept")
def test_no_log_line_holds_a_url_or_a_secret(ask, s3, caplog):
    """Not even of what succeeds, if somebody lets the function log more."""
    caplog.set_level(logging.INFO)
    statuses = []
    for s3.statuses in ([404], [200], [500]):
        statuses += [ask(recorded())[0], ask(named("cat.jpg"))[0]]
    assert statuses == [200, 200, 200, 409, 200, 500]
    assert "Traceback" in caplog.text
    for secret in SECRETS:
        assert secret not in caplog.text


@pytest.mark.parametrize("variable", ["BUCKET_NAME", "ALLOWED_ORIGIN"])
def test_a_missing_variable_is_named_at_the_start(start, variable):
    with pytest.raises(KeyError, match=variable):
        start("app", **{variable: None})
