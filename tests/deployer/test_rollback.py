from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from deployer import config
from deployer.aws import Aws
from deployer.errors import AwsError, NotConverged
from deployer.resources.function import Function
from deployer.rollback import rollback
from tests.cli.servers import serving

CONFIG = """\
project: shop
region: us-east-1
apps: {qr: {functions: {generator: {source: code}}}}
"""
OLD = b"the code that ran before"
SECRET = "X-Amz-Signature=secret"


def sha256(code: bytes) -> str:
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


class Lambda:
    """Stands where Lambda should: has one function, of whose code the versions 9, 10 and 11 are published.

    Attributes:
        under_way: how often it is still to say that new code is not live yet.
        download: status and body of what the code's URL leads to; None closes the connection.
        keeps: it takes new code for its own.
        updates: how often it was sent code.
    """

    def __init__(self) -> None:
        self.runs = sha256(b"the code that runs")
        self.download: tuple[int, bytes] | None = (200, OLD)
        self.keeps, self.updates, self.under_way = True, 0, 0

    def answer(self, method: str, path: str, body: bytes, url: str) -> tuple[int, bytes] | None:
        if path.startswith("/code"):
            return self.download
        if method == "PUT":
            self.updates += 1
            if self.keeps:
                self.runs = sha256(base64.b64decode(json.loads(body)["ZipFile"]))
        old = "Qualifier" in path
        status = "InProgress" if self.updates and self.under_way else "Successful"
        self.under_way -= status == "InProgress"
        about = {"CodeSha256": sha256(OLD) if old else self.runs, "Architectures": ["x86_64"]}
        about |= {"LastModified": "2026-01-02T03:04:05.000+0000", "State": "Active", "LastUpdateStatus": status}
        found: dict[str, Any] = {"Configuration": about, "Tags": {"skiff:stack": "shop/dev/us-east-1"}}
        if old:
            found["Code"] = {"Location": f"{url}/code?{SECRET}"}
        if "/versions" in path:
            codes = {"$LATEST": self.runs, "9": sha256(b"older"), "10": sha256(OLD), "11": self.runs}
            found = {"Versions": [{**about, "Version": name, "CodeSha256": code} for name, code in codes.items()]}
        return 200, json.dumps(about if method == "PUT" else found).encode()


@pytest.fixture
def awslambda() -> Lambda:
    return Lambda()


@pytest.fixture
def aws(awslambda: Lambda, tmp_path: Path) -> Iterator[Aws]:
    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = awslambda.answer(self.command, self.path, body, f"http://{self.headers['Host']}")
            if answer is None:
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        do_GET = do_PUT = reply

        def log_message(self, *_: Any) -> None:
            pass

    (tmp_path / "config.yaml").write_text(CONFIG)
    with serving(Handler) as url:
        aws = Aws(config.read(tmp_path / "config.yaml").stack(url))
        yield aws
        aws.client("lambda").close()


@pytest.fixture
def function(aws: Aws) -> Function:
    (app,) = config.read(aws.stack.root / "config.yaml").declared(aws.stack, ("qr",))
    return Function(app, "generator", app.section("functions")["generator"])


def test_the_newest_other_code_runs(aws: Aws, awslambda: Lambda, function: Function) -> None:
    version = rollback(aws, function, "")
    assert (version.number, version.sha256, version.published.year) == (10, sha256(OLD), 2026)
    assert awslambda.runs == sha256(OLD)


def test_it_is_done_when_the_code_is_live(aws: Aws, awslambda: Lambda, function: Function) -> None:
    awslambda.under_way = 3
    rollback(aws, function, "")
    assert awslambda.under_way == 0


@pytest.mark.parametrize(
    ("download", "says"),
    [((403, b"expired"), "S3 answers 403"), ((200, OLD[:5]), "was damaged"), (None, "ConnectionClosedError")],
)
def test_what_cannot_be_downloaded_changes_nothing(
    aws: Aws, awslambda: Lambda, function: Function, download: tuple[int, bytes] | None, says: str
) -> None:
    awslambda.download = download
    with pytest.raises(AwsError, match=says) as caught:
        rollback(aws, function, "")
    assert awslambda.updates == 0
    assert SECRET not in str(caught.value) + caught.value.hint


def test_another_who_changes_it_meanwhile_is_told_of(aws: Aws, awslambda: Lambda, function: Function) -> None:
    awslambda.keeps = False
    with pytest.raises(NotConverged, match="by someone else"):
        rollback(aws, function, "")


def test_a_proxy_for_aws_is_not_asked_for_an_emulators(
    aws: Aws, awslambda: Lambda, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    rollback(aws, function, "")
    assert awslambda.runs == sha256(OLD)
