"""What the console answers to anybody who asks over HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.localdev.console.conftest import ACCOUNT, DEEP, REGION, SECRET, UMLAUTS, World

console = pytest.mark.feature("Toolkit", "a local console page: resources, objects, invocations and logs")
read_only = pytest.mark.feature("Toolkit", "a console that only reads, for this machine's own pages alone")
secrets = pytest.mark.feature("Toolkit", "a console that shows no secrets")


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    """Status, headers and body; the Host header is whatever it is said to be."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def told(url: str) -> Any:
    status, _, body = ask(url)
    assert status == 200, body
    return json.loads(body)


@console
def test_every_service_lists_what_its_client_made(world: World) -> None:
    listed = {each["service"]: each for each in told(world.question("api/things"))}
    assert [each["error"] for each in listed.values() if each["error"]] == []
    for service, name in world.names.items():
        assert name in [thing["name"] for thing in listed[service]["things"]], service
    assert {thing["note"] for thing in listed["dynamodb"]["things"]} == {"1 item"}
    assert {thing["note"] for thing in listed["sqs"]["things"]} == {"1 message"}


@console
def test_every_resource_is_told_in_full(world: World) -> None:
    def all_of(service: str) -> str:
        return json.dumps(told(world.question("api/details", service=service, name=world.names[service])))

    facts = {
        "lambda": ["app.handler", "console-role", "128 MB"],
        "apigateway": ["POST", "console-function", "API key", f"/_aws/execute-api/{world.names['apigateway']}/test"],
        "s3": ["index.html"],
        "dynamodb": ["id (hash)", "o-1", "true"],
        "sqs": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:console-queue"],
        "sns": ["console-queue"],
        "events": ["shop", "console-queue"],
        "logs": ["said so"],
        "cloudfront": ["console-photos.s3.amazonaws.com"],
        "kms": ["for orders", "SYMMETRIC_DEFAULT"],
        "iam": ["s3:GetObject", "sts:AssumeRole"],
        "cognito-idp": ["web", "ada"],
        "secretsmanager": ["not shown"],
        "ssm": ["SecureString", "not shown"],
    }
    assert facts.keys() == world.names.keys()
    for service, wanted in facts.items():
        text = all_of(service)
        assert [each for each in wanted if each not in text] == [], service


@console
def test_tags_say_what_belongs_together(world: World) -> None:
    tagged = {(each["service"], each["name"]): each["tags"] for each in told(world.question("api/tags"))}
    assert tagged["lambda", "console-function"] == {"app": "shop", "name": "console-function"}
    for service in ("s3", "dynamodb", "apigateway"):
        assert tagged[service, world.names[service]] == {"app": "shop"}


@console
def test_only_accounts_that_hold_something_are_offered(world: World) -> None:
    told(world.question("api/things").replace(ACCOUNT, "999999999999"))  # looking makes nothing
    places = told(world.question("api/places"))
    assert {"account": ACCOUNT, "region": REGION} in places
    assert {"account": "000000000000", "region": "us-east-1"} in places
    assert "999999999999" not in {each["account"] for each in places}


@secrets
def test_what_is_secret_is_not_sent(world: World) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html: nowhere in plain text."""
    (client,) = world.client("cognito-idp").list_user_pool_clients(UserPoolId=world.names["cognito-idp"], MaxResults=9)[
        "UserPoolClients"
    ]
    described = world.client("cognito-idp").describe_user_pool_client(
        UserPoolId=world.names["cognito-idp"], ClientId=client["ClientId"]
    )
    client_secret = described["UserPoolClient"]["ClientSecret"]
    answers = [ask(world.question(f"api/{each}"))[2].decode() for each in ("things", "tags", "status", "invocations")]
    for service, name in world.names.items():
        answers.append(ask(world.question("api/details", service=service, name=name))[2].decode())
    assert not [each for each in answers if SECRET in each or client_secret in each]


@secrets
def test_values_of_a_functions_variables_are_sent_to_who_asks_for_them(world: World) -> None:
    details = told(world.question("api/details", service="lambda", name="console-function"))
    (hidden,) = [part for part in details if part["kind"] == "hidden"]
    assert hidden["names"] == ["TOKEN"]
    assert told(world.question("api/reveal", service="lambda", name="console-function")) == {"TOKEN": SECRET}
    assert ask(world.question("api/reveal", service="ssm", name="/console/secure"))[0] == 400


@read_only
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(world: World, method: str) -> None:
    for address in (f"{world.url}/_localdev/", world.question("api/things"), world.question("object")):
        status, headers, _ = ask(address, method)
        assert (status, headers["Allow"]) == (405, "GET, HEAD")


@read_only
@pytest.mark.parametrize("host", ["evil.example", "evil.example:4566", "127.0.0.1.evil.example", "[::1]"])
def test_a_name_that_leads_here_from_elsewhere_is_refused(world: World, host: str) -> None:
    """DNS rebinding: a page of evil.example, whose name now stands for 127.0.0.1, is of one origin with us."""
    for address in (f"{world.url}/_localdev/", world.question("api/things")):
        assert ask(address, Host=host)[0] == 403
    port = urlsplit(world.url).port
    for own in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost:8080"):  # the last is a tunnel's
        assert ask(world.question("api/places"), Host=own)[0] == 200


@read_only
def test_pages_of_other_origins_are_refused(world: World) -> None:
    """Among them the websites of buckets, which LocalStack lets call everything."""
    port = urlsplit(world.url).port
    for origin in ("https://example.org", "null", f"http://console-photos.s3-website.localhost:{port}"):
        status, _, body = ask(world.question("api/things"), Origin=origin)
        assert status == 403
        assert b"console-function" not in body
    status, headers, _ = ask(world.question("api/things"))
    assert status == 200
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@read_only
def test_what_is_wrong_is_said(world: World) -> None:
    for address, status, words in [
        (f"{world.url}/_localdev/nothing", 404, "/_localdev/nothing"),
        (f"{world.url}/_localdev/console/../server.py", 404, "there is nothing"),
        (f"{world.url}/_localdev/console/%2e%2e/server.py", 404, "there is nothing"),
        (world.question("api/nothing"), 404, "there is nothing"),
        (world.question("api/details", service="lambda"), 400, "name"),
        (world.question("api/details", service="ec2", name="x"), 400, "ec2"),
        (world.question("api/details", service="lambda", name="gone"), 404, "gone"),
        (world.question("api/preview", bucket="console-photos", key="gone"), 404, "does not exist"),
        (world.question("object", bucket="console-photos", key="gone"), 404, "does not exist"),
        (world.question("object", bucket="console-photos"), 400, "key"),
        (world.question("api/listing", bucket="no such bucket"), 400, "Invalid bucket name"),
        (world.question("api/listing", bucket="console-photos", after="xx"), 404, "there is no 'xx'"),
        (world.question("api/details", service="kms", name="arn:aws:x"), 400, "(reached max retries: 0)"),
        *(
            (world.question("api/details", service=service, name=f"{name}-gone"), 404, "")
            for service, name in world.names.items()
        ),
        (world.question("api/things").replace(ACCOUNT, "42"), 400, "twelve digits"),
        (world.question("api/things").replace(REGION, "moon-1"), 400, "region"),
    ]:
        got, headers, body = ask(address)
        assert got == status, address
        assert headers["Content-Type"] == "application/json"
        assert words in json.loads(body)["error"]
        assert json.loads(body)["hint"]


@console
def test_the_address_without_its_slash_leads_to_the_page(world: World) -> None:
    status, headers, _ = ask(f"{world.url}/_localdev")
    assert (status, headers["Location"]) == (308, "/_localdev/")
    assert ask(f"{world.url}/_localdev/", "HEAD")[0] == 200


@console
def test_objects_are_listed_in_pages(world: World) -> None:
    first = told(world.question("api/listing", bucket="console-photos", prefix="many/"))
    second = told(world.question("api/listing", bucket="console-photos", prefix="many/", after=first["after"]))
    keys = [each["key"] for each in first["objects"] + second["objects"]]
    assert keys == [f"many/{number:03}" for number in range(103)]
    assert (len(first["objects"]), second["after"]) == (100, "")
    top = told(world.question("api/listing", bucket="console-photos"))
    assert top["folders"] == ["folder/", "many/"]


@console
@pytest.mark.parametrize(
    ("key", "shown", "text"),
    [
        ("order.json", "text", '{\n  "total": [\n    1,\n    2\n  ]\n}'),
        ("page.html", "text", "<script>window.hacked=1</script><h1>A page</h1>"),
        ("folder/inner/red.png", "image", None),
        ("drawing.svg", "image", None),
        ("disguised.png", "text", "<script>window.hacked=1</script>"),
        ("archive.bin", "nothing", None),
        ("umlaut.txt", "text", "_" + "ä" * 32767),
        ("many/000", "text", ""),
        ("deep.json", "text", DEEP),
    ],
)
def test_an_object_is_previewed_as_what_it_is(world: World, key: str, shown: str, text: str | None) -> None:
    found = told(world.question("api/preview", bucket="console-photos", key=key))
    head = world.client("s3").head_object(Bucket="console-photos", Key=key)
    assert (found["shown"], found.get("text")) == (shown, text)
    assert (found["size"], found["type"]) == (head["ContentLength"], head["ContentType"])
    assert found["etag"] == head["ETag"].strip('"')


@console
def test_an_object_can_be_saved_and_runs_nowhere(world: World) -> None:
    for key, kind in [("page.html", "application/octet-stream"), ("drawing.svg", "image/svg+xml")]:
        status, headers, body = ask(world.question("object", bucket="console-photos", key=key))
        assert status == 200
        assert body == world.client("s3").get_object(Bucket="console-photos", Key=key)["Body"].read()
        assert headers["Content-Type"] == kind
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    _, headers, body = ask(world.question("object", bucket="console-photos", key="umlaut.txt", download=""))
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''umlaut.txt"
    assert body == UMLAUTS
