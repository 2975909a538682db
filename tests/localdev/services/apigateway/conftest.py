"""APIs made of OpenAPI documents, and callers of them."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

STAGE = "prod"
VALIDATORS = {"all": {"validateRequestBody": True, "validateRequestParameters": True}}
# Lets in who says so, and answers the requests of those it let in.
GATEKEEPER = """
import json, uuid

def handler(event, context):
    if event.get("type") not in ("TOKEN", "REQUEST"):
        return {"statusCode": 200, "body": json.dumps(event)}
    if event["type"] == "TOKEN":
        word = event["authorizationToken"].rpartition(" ")[2]
    else:
        word = event["headers"].get("word", "allow")
    if word == "unauthorized":
        raise Exception("Unauthorized")
    if word == "fail":
        raise ValueError("broken")
    if word == "nonsense":
        return "nonsense"
    arn = event["methodArn"]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    if word == "deny":
        statement["Effect"] = "Deny"
    if word == "elsewhere":
        statement["Resource"] = arn + "/elsewhere"
    if word == "everywhere":
        statement["Resource"] = "*"
    if word == "condition":
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": "127.0.0.1/32"}}
    if word == "elsewhere-condition":
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    answer = {
        "principalId": "someone",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"call": uuid.uuid4().hex, "number": 7, "yes": True, "event": json.dumps(event)},
        "usageIdentifierKey": event.get("authorizationToken", ""),
    }
    if word == "nested":
        answer["context"]["deep"] = {}
    if word == "nobody":
        del answer["principalId"]
    return answer
"""


SCOPE = "us-east-1/execute-api"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    text: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, Any, str]:
        """Status, body and type of error."""
        return self.status, self.json, self.headers["x-amzn-ErrorType"]


@dataclass(frozen=True)
class Api:
    client: Any
    id: str
    url: str

    def call(self, path: str, method: str = "GET", body: str | bytes | None = None, **headers: str) -> Answer:
        """Header names with ``_`` for ``-``."""
        split = urlsplit(self.url)
        connection = http.client.HTTPConnection(split.netloc, timeout=60)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"{split.path}{path}", body, given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def sign(
        self, path: str, method: str = "GET", body: str = "", *, kind: str = "", scope: str = SCOPE, **keys: str
    ) -> Answer:
        """The call with a signature in its headers. scope: region and service. keys: ``access_key``, and so on."""
        service, region = reversed(scope.split("/"))
        request = AWSRequest(method, self.url + path, {"Content-Type": kind} if kind else {}, body)
        SigV4Auth(Credentials(**({"access_key": "test", "secret_key": "test"} | keys)), service, region).add_auth(
            request
        )
        return self.call(path, method, body, **dict(request.headers))

    def set(self, path: str, value: str) -> None:
        """A setting of the stage."""
        patch = {"op": "replace", "path": path, "value": value}
        self.client.update_stage(restApiId=self.id, stageName=STAGE, patchOperations=[patch])


@pytest.fixture(scope="module")
def new_api(client: Callable[[str], Any], emulator: Any) -> Iterator[Callable[..., Api]]:
    """``new_api({"/path": {"get": operation}}, {name: security scheme}, binaryMediaTypes=[…])``"""
    gateway = client("apigateway")
    made = []

    def make(
        paths: dict[str, Any], schemes: dict[str, Any] | None = None, stage: dict[str, Any] | None = None, **more: Any
    ) -> Api:
        api = gateway.create_rest_api(name="guarded", **more)["id"]
        made.append(api)
        schemes = {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}, **(schemes or {})}
        document = {
            "openapi": "3.0.1",
            "info": {"title": "guarded", "version": "1"},
            "paths": paths,
            "components": {"securitySchemes": schemes, "schemas": {"Order": ORDER}},
            "x-amazon-apigateway-request-validators": VALIDATORS,
        }
        gateway.put_rest_api(restApiId=api, mode="merge", body=json.dumps(document))
        gateway.create_deployment(restApiId=api, stageName=STAGE, **(stage or {}))
        return Api(gateway, api, f"{emulator.endpoint_url}/_aws/execute-api/{api}/{STAGE}")

    yield make
    for api in made:
        gateway.delete_rest_api(restApiId=api)


ORDER = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer", "minimum": 1}}}


@pytest.fixture(scope="session")
def mock() -> Callable[..., dict[str, Any]]:
    """An operation that answers by itself: ``{"ok": true}``, unless told otherwise."""

    def mock(template: str = '{"ok": true}', **settings: Any) -> dict[str, Any]:
        integration = {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": template}}},
        }
        answer = {"200": {"description": "ok"}}
        return {"responses": answer, "x-amazon-apigateway-integration": integration, **settings}

    return mock


@pytest.fixture(scope="session")
def gatekeeper(deploy: Callable[..., Any]) -> str:
    """The address by which an API calls a function that lets in or answers."""
    function = deploy(GATEKEEPER)
    arn = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


@pytest.fixture(scope="session")
def proxy(gatekeeper: str) -> Callable[..., dict[str, Any]]:
    """An operation that answers with the event its function got."""

    def proxy(**settings: Any) -> dict[str, Any]:
        integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": gatekeeper}
        return {"responses": {}, "x-amazon-apigateway-integration": integration, **settings}

    return proxy


@pytest.fixture
def new_key(client: Callable[[str], Any]) -> Callable[..., tuple[str, str, str]]:
    """A new API key in a usage plan, a new one for an API or the one given: the key's value, its id and the plan's."""
    gateway = client("apigateway")

    def new_key(
        api: Api, methods: dict[str, Any] | None = None, plan: str | None = None, **settings: Any
    ) -> tuple[str, str, str]:
        stage = {"apiId": api.id, "stage": STAGE, **({"throttle": methods} if methods else {})}
        made = plan or gateway.create_usage_plan(name="plan", apiStages=[stage], **settings)["id"]
        key = gateway.create_api_key(name="key", enabled=True)
        gateway.create_usage_plan_key(usagePlanId=made, keyId=key["id"], keyType="API_KEY")
        return key["value"], key["id"], made

    return new_key
