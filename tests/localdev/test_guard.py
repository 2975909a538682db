"""Whose requests to the emulator's own addresses are answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localdev.emulator import Emulator

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.feature("Toolkit", "the emulator's own addresses answer this machine alone, no page of another site"),
]

CHANGING = ["reset", "expire", "events/rule/fire", "state/save", "cloudtrail/deliver"]
READING = ["invocations", "status", "python", "cognito/us-east-1_none/messages", "", "api/things"]
STRANGERS = [
    "http://app.localstack.cloud",
    "https://app.localstack.cloud",
    "http://localhost.localstack.cloud:{port}",
    "http://bucket.s3-website.localhost.localstack.cloud:{port}",
    "http://bucket.s3-website.localhost:{port}",
    "https://localhost",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:1",
    "https://example.com",
    "file://",
    "null",
]


@pytest.fixture(scope="module")
def bucket(client: Callable[..., Any]) -> str:
    """One that a reset would delete."""
    client("s3").create_bucket(Bucket="watched")
    return "watched"


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_page_of_another_origin_changes_nothing(
    emulator: Emulator, ask: Callable[..., Any], client: Callable[..., Any], bucket: str, origin: str
) -> None:
    for path in CHANGING:
        answer = ask(f"/_localdev/{path}", "POST", Origin=origin.format(port=emulator.port))
        assert answer.status == 403, path
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert client("s3").head_bucket(Bucket=bucket)


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:4566", "127.0.0.1.example", "a.localhost", "["])
def test_a_name_that_leads_here_from_elsewhere_is_refused(
    ask: Callable[..., Any], client: Callable[..., Any], bucket: str, host: str
) -> None:
    """DNS rebinding: a page of that name is of one origin with us, and sends none with what it reads."""
    for method, paths in (("POST", CHANGING), ("GET", READING)):
        for path in paths:
            for origin in ({}, {"Origin": f"http://{host}"}):
                answer = ask(f"/_localdev/{path}", method, Host=host, **origin)
                assert answer.status == 403, path
    assert json.loads(ask("/_localdev/status", Host=host).body)["hint"] == "use 127.0.0.1 or localhost"
    assert client("s3").head_bucket(Bucket=bucket)


AWS = pytest.mark.feature("Toolkit", "no name that a page of another site could make lead here is answered")
REBOUND = [
    "rebound.example",
    "rebound.example:4566",
    "127.0.0.1.rebound.example",
    "localhost.rebound.example",
    "notlocalhost",
    "notamazonaws.com",
    "amazonaws.com.rebound.example",
    "site.s3-website.rebound.example",
    "api.execute-api.rebound.example",
    "e1.cloudfront.rebound.example",
    "host.docker.internal.rebound.example",
    "rebound.example#.localhost",
    "[",
]


@AWS
@pytest.mark.parametrize("host", REBOUND)
def test_aws_itself_is_not_read_by_another_name(ask: Callable[..., Any], bucket: str, host: str) -> None:
    """An unsigned GET is one that any page may send."""
    for path in ("/", f"/{bucket}", "/_localstack/health", f"/_aws/s3-website/{bucket}/", "/2015-03-31/functions/"):
        refused = ask(path, Host=host)
        said = json.loads(refused.body)
        assert (refused.status, said["hint"]) == (403, "use 127.0.0.1 or localhost"), path
        assert said["message"] == f"{said['error']}: {said['hint']}"
    assert ask("/", "POST", b"Action=GetCallerIdentity&Version=2011-06-15", Host=host).status == 403


@AWS
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:4566",
        "localhost",
        "LOCALHOST:4566",
        "[::1]:4566",
        "172.17.0.1:4566",
        "s3.localhost.localstack.cloud:4566",
        "host.docker.internal:4566",
        "host.containers.internal:4566",
        "s3.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
    ],
)
def test_it_is_by_those_that_clients_use(ask: Callable[..., Any], host: str) -> None:
    assert ask("/_localstack/health", Host=host).status == 200


@AWS
@pytest.mark.parametrize(
    "host", ["none.lambda-url.us-east-1.on.aws", "none.cloudfront.net", "none.cloudfront.localhost"]
)
def test_names_of_functions_and_distributions_are_aws_s(ask: Callable[..., Any], host: str) -> None:
    assert b"not the emulator's" not in ask("/", Host=host).body


@pytest.mark.parametrize(
    "path", ["/%5flocaldev/status", "//_localdev/status", "/_localdev//api/status", "/_localdevapi/status"]
)
def test_another_spelling_of_an_address_leads_past_nothing(ask: Callable[..., Any], path: str) -> None:
    assert b"uptime" not in ask(path, Host="rebound.example").body


def test_the_machine_itself_is_answered(emulator: Emulator, ask: Callable[..., Any]) -> None:
    for host in (f"127.0.0.1:{emulator.port}", f"localhost:{emulator.port}", "localhost:8080"):  # the last: a tunnel
        assert ask("/_localdev/python", Host=host).status == 200
        assert ask("/_localdev/expire?at=0", "POST", Host=host).status == 200
    own = f"127.0.0.1:{emulator.port}"
    assert ask("/_localdev/expire?at=0", "POST", Host=own, Origin=f"http://{own}").status == 200


@pytest.mark.parametrize("origin", STRANGERS)
def test_pages_that_call_services_are_those_of_the_emulator(
    emulator: Emulator, ask: Callable[..., Any], origin: str
) -> None:
    origin = origin.format(port=emulator.port)
    answer = ask("/_localstack/health", Origin=origin)
    served = origin == f"http://bucket.s3-website.localhost:{emulator.port}"
    assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (
        (200, origin) if served else (403, None)
    )
