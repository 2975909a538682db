"""The photo system over plain HTTP: S3 takes the photo that was announced, where it was announced, and nothing else."""

from __future__ import annotations

import base64
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from PIL import Image

from localdev.emulator import Emulator
from tests.functions.conftest import load_module
from tests.system.web import Answer, Cli, http

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
ELSEWHERE = "https://shop.example.org"


@dataclass(frozen=True)
class Photo:
    """A deployed photo system."""

    outputs: dict[str, str]

    @property
    def bucket(self) -> str:
        return self.outputs["buckets.photos.name"]

    @property
    def function(self) -> str:
        return self.outputs["functions.presign.name"]

    @property
    def origin(self) -> str:
        return self.outputs["site.origin"]

    def ask(self, **query: object) -> Answer:
        return http("GET", f"{self.outputs['api.url']}/presign?{urlencode(query)}", Origin=self.origin)

    def upload(self, body: bytes, **query: object) -> Any:
        """The answer's document for a PNG of these bytes."""
        answer = self.ask(type="image/png", size=len(body), **query)
        assert answer.status == 200, answer.body
        return answer.json

    def sign(self, client: Callable[[str], Any], body: bytes) -> Any:
        """The same without the API, which lets but few through at once."""
        event = {"queryStringParameters": {"type": "image/png", "size": str(len(body))}}
        answer = client("lambda").invoke(FunctionName=self.function, Payload=json.dumps(event))
        return json.loads(json.load(answer["Payload"])["body"])


@dataclass(frozen=True)
class Put:
    """A request as a browser would send it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None

    @classmethod
    def of(cls, upload: Any, body: bytes) -> Put:
        return cls(upload["method"], upload["url"], upload["headers"], body)

    def send(self, **more: str) -> Answer:
        headers = {name.replace("-", "_"): value for name, value in self.headers.items()}
        return http(self.method, self.url, self.body, **headers, **more)


@pytest.fixture(scope="module")
def photo(outputs: dict[str, dict[str, str]]) -> Photo:
    return Photo(outputs["photo"])


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A PNG of noise, which nothing can compress."""
    width, height = 1250, 1000
    noise = Image.frombytes("RGB", (width, height), random.Random(4711).randbytes(width * height * 3))
    file = io.BytesIO()
    noise.save(file, "PNG", compress_level=0)
    return file.getvalue()


@pytest.fixture
def stored(photo: Photo, client: Callable[[str], Any]) -> Callable[[str], Any]:
    """``stored(key)`` is the object: {"Body", "ContentType", ...}; None when there is none."""

    def stored(key: str) -> Any:
        s3 = client("s3")
        try:
            found = s3.get_object(Bucket=photo.bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            return None
        return found | {"Body": found["Body"].read()}

    return stored


def test_a_photo_of_several_megabytes_arrives_as_it_was(photo: Photo, picture: bytes, stored: Any) -> None:
    assert len(picture) > 3 * 1024**2
    upload = photo.upload(picture)
    assert upload.keys() == {"url", "method", "headers", "key", "expires_in"}
    assert upload["method"] == "PUT"
    assert upload["headers"] == {"Content-Type": "image/png", "If-None-Match": "*"}
    assert re.fullmatch(r"uploads/[\w-]{22}\.png", upload["key"])
    assert upload["expires_in"] == 300
    assert stored(upload["key"]) is None

    answer = Put.of(upload, picture).send(Origin=photo.origin)
    assert answer.status == 200, answer.body
    assert answer.headers["Access-Control-Allow-Origin"] == photo.origin

    found = stored(upload["key"])
    assert found["Body"] == picture
    assert found["ContentType"] == "image/png"


CHANGES: dict[str, Callable[[Put], Put]] = {
    "another signature": lambda put: replace(put, url=put.url[:-1] + ("1" if put.url[-1] == "0" else "0")),
    "another key": lambda put: replace(put, url=put.url.replace("/uploads/", "/uploads/x")),
    "a longer life": lambda put: replace(put, url=put.url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000")),
    "another type": lambda put: replace(put, headers=put.headers | {"Content-Type": "text/html"}),
    "a shorter photo": lambda put: replace(put, body=b"phot"),
    "a longer photo": lambda put: replace(put, body=b"photos"),
    "no condition": lambda put: replace(put, headers={"Content-Type": put.headers["Content-Type"]}),
    "another condition": lambda put: replace(put, headers=put.headers | {"If-None-Match": '"0123"'}),
    "reading": lambda put: replace(put, method="GET", body=None),
    "deleting": lambda put: replace(put, method="DELETE", body=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_not_announced_is_refused(photo: Photo, client: Any, change: Callable[[Put], Put]) -> None:
    put, before = Put.of(photo.sign(client, b"photo"), b"photo"), _keys(client, photo)
    answer = change(put).send()
    assert (answer.status, _code(answer)) == (403, "SignatureDoesNotMatch")
    assert _keys(client, photo) == before
    assert put.send().status == 200, "it was not the change that was refused"


def test_a_url_works_once(photo: Photo, stored: Any) -> None:
    upload = photo.upload(b"first")
    assert Put.of(upload, b"first").send().status == 200
    answer = Put.of(upload, b"later").send()
    assert (answer.status, _code(answer)) == (412, "PreconditionFailed")
    assert stored(upload["key"])["Body"] == b"first"


@pytest.mark.parametrize(("age", "status"), [(240, 200), (301, 403)])  # seconds
def test_a_url_lives_for_five_minutes(storage: ModuleType, photo: Photo, stored: Any, age: int, status: int) -> None:
    key = f"uploads/{age}.png"
    with pytest.MonkeyPatch.context() as patch:
        then = datetime.now(UTC) - timedelta(seconds=age)
        for signer in ("botocore.auth", "botocore.crt.auth"):  # it takes the second one where awscrt is installed
            patch.setattr(f"{signer}.get_current_datetime", lambda **_: then)
        upload = storage.sign_upload(key, "image/png", 5)
    answer = Put.of(upload, b"photo").send()
    assert answer.status == status, answer.body
    if status == 403:
        assert b"expired" in answer.body
        assert stored(key) is None


@pytest.fixture
def storage(emulator: Emulator, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The function's own module, in this process: the clock of the emulator's cannot be set back."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": emulator.endpoint_url, "BUCKET_NAME": photo.bucket}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return load_module("photo", "storage")


def test_a_name_is_kept_and_given_once(photo: Photo, stored: Any) -> None:
    upload, late = photo.upload(b"cat", name="cat.png"), photo.upload(b"dog", name="cat.png")
    assert upload["key"] == late["key"] == "uploads/cat.png"
    assert Put.of(upload, b"cat").send().status == 200
    assert Put.of(late, b"dog").send().status == 412
    answer = photo.ask(type="image/png", size=3, name="cat.png")
    assert (answer.status, answer.json) == (409, {"error": "There is a photo 'cat.png' already: choose another name"})
    assert answer.headers["Access-Control-Allow-Origin"] == photo.origin
    assert stored("uploads/cat.png")["Body"] == b"cat"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "The parameter 'type' is missing"),
        ("type=image/svg%2Bxml&size=1", r"'type' is 'image/svg\+xml', but must be one of image/jpeg"),
        ("type=image/png&size=20971521", "'size' must be a whole number of bytes from 1 to 20971520"),
        ("type=image/png&size=1&size=2", "The parameter 'size' is given 2 times"),
        ("type=image/png&size=1&nmae=a.png", "There is no parameter 'nmae': did you mean 'name'"),
        ("type=image/png&size=1&name=..%2Fa.png", "'name' must be 1 to 100 letters"),
        ("type=image/png&size=1&name=", "'name' must be 1 to 100 letters"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(photo: Photo, query: str, error: str) -> None:
    answer = http("GET", f"{photo.outputs['api.url']}/presign?{query}")
    assert answer.status == 400, answer.body
    assert answer.json.keys() == {"error"}
    assert re.match(error, answer.json["error"])
    assert answer.headers["Access-Control-Allow-Origin"] == photo.origin


def test_the_page_and_no_other_may_call_the_api(photo: Photo) -> None:
    for origin in (photo.origin, ELSEWHERE):
        answer = http(
            "OPTIONS", f"{photo.outputs['api.url']}/presign", Origin=origin, Access_Control_Request_Method="GET"
        )
        assert answer.status in (200, 204)
        assert answer.headers["Access-Control-Allow-Origin"] == photo.origin, "a browser stops all other pages"


@pytest.mark.parametrize(("theirs", "method", "status"), [(False, "PUT", 200), (True, "PUT", 403), (False, "GET", 403)])
def test_the_page_and_no_other_may_put_photos(photo: Photo, theirs: bool, method: str, status: int) -> None:
    answer = http(
        "OPTIONS",
        photo.upload(b"photo")["url"],
        Origin=ELSEWHERE if theirs else photo.origin,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers="content-type,if-none-match",
    )
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == (photo.origin if status == 200 else None)
    if status == 200:
        assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
        assert answer.headers["Access-Control-Allow-Headers"].lower() == "content-type, if-none-match"


def test_the_role_may_write_and_read_uploads_and_its_own_log_and_nothing_else(photo: Photo, client: Any) -> None:
    iam, configuration = client("iam"), client("lambda").get_function_configuration(FunctionName=photo.function)
    role = configuration["Role"].rpartition("/")[2]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    statements = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    log = f"arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/{photo.function}:*"
    assert {each["Effect"] for each in statements} == {"Allow"}
    assert {(action, each["Resource"]) for each in statements for action in each["Action"]} == {
        ("s3:PutObject", f"arn:aws:s3:::{photo.bucket}/uploads/*"),
        ("s3:GetObject", f"arn:aws:s3:::{photo.bucket}/uploads/*"),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
    }


def test_the_bucket_is_private_and_wants_tls(photo: Photo, client: Any) -> None:
    s3 = client("s3")
    block = s3.get_public_access_block(Bucket=photo.bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=photo.bucket)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert sorted(statement["Resource"]) == [f"arn:aws:s3:::{photo.bucket}", f"arn:aws:s3:::{photo.bucket}/*"]


def test_the_api_is_throttled(photo: Photo, client: Any) -> None:
    stage = client("apigateway").get_stage(restApiId=photo.outputs["api.id"], stageName="prod")
    settings = stage["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (10, 20)


def test_the_log_has_no_url(photo: Photo, client: Any) -> None:
    event = {"queryStringParameters": {"type": "image/png", "size": "5", "name": "logged.png"}}
    answer = client("lambda").invoke(FunctionName=photo.function, Payload=json.dumps(event), LogType="Tail")
    assert "X-Amz-Signature" in json.load(answer["Payload"])["body"]
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "REPORT RequestId" in log
    assert not re.search("X-Amz|Signature|http|logged", log), log


def test_the_aws_cli_lists_a_photo(photo: Photo, aws: Cli) -> None:
    assert Put.of(photo.upload(b"listed", name="listed.png"), b"listed").send().status == 200
    listing = aws("s3", "ls", f"s3://{photo.bucket}/uploads/")
    assert re.search(r" 6 listed\.png$", listing, re.MULTILINE), listing


def _keys(client: Callable[[str], Any], photo: Photo) -> set[str]:
    listing = client("s3").list_objects_v2(Bucket=photo.bucket)
    return {each["Key"] for each in listing.get("Contents", [])}


def _code(answer: Answer) -> str:
    (code,) = re.findall(b"<Code>(.*?)</Code>", answer.body)
    return code.decode()
