"""Calls of APIs whose methods want a signature.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.localdev.strict.account import ACCOUNT, Account, allow, deny, policy

pytestmark = pytest.mark.feature("Strict mode", "`execute-api:Invoke`, by the policies of the signer and of the API")

MOCK = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200"}},
}
METHOD = {
    "responses": {"200": {"description": "ok"}},
    "x-amazon-apigateway-auth": {"type": "AWS_IAM"},
    "x-amazon-apigateway-integration": MOCK,
}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "signed", "version": "1"},
    "paths": {"/pets": {"get": METHOD, "post": METHOD}},
}


@pytest.fixture(scope="module")
def api(account: Account) -> Any:
    gateway = account.client("apigateway")
    made = gateway.import_rest_api(body=json.dumps(DOCUMENT))["id"]
    gateway.create_deployment(restApiId=made, stageName="prod")
    yield made
    gateway.delete_rest_api(restApiId=made)


@pytest.fixture
def arn(api: str) -> str:
    return f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/prod"


@pytest.fixture
def call(account: Account, api: str) -> Callable[..., tuple[int, str | None]]:
    """``call(access key, secret, token)``: the status, and how a refusal ends."""

    def call(*keys: str, method: str = "GET") -> tuple[int, str | None]:
        request = AWSRequest(method, f"{account.url}/_aws/execute-api/{api}/prod/pets")
        SigV4Auth(Credentials(*keys), "execute-api", "us-east-1").add_auth(request)
        wanted = urllib.request.Request(request.url, headers=dict(request.headers), method=method)
        try:
            with urllib.request.urlopen(wanted, timeout=60) as answer:
                return answer.status, None
        except urllib.error.HTTPError as error:
            with error:
                said = json.load(error)
                return error.status, said.get("Message", said.get("message")).partition(" on resource: ")[2]

    return call


def session(role: Any, **limits: Any) -> tuple[str, str, str]:
    found = role.account.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="tester", **limits)["Credentials"]
    return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]


def test_a_role_needs_the_right_to_invoke_the_method(account: Account, call: Callable[..., Any], arn: str) -> None:
    role = account.role(allow("execute-api:Invoke", f"{arn}/GET/*"))
    keys, shown = session(role), arn.replace(ACCOUNT, "********0000")
    assert call(*keys) == (200, None)
    assert call(*keys, method="POST") == (403, f"{shown}/POST/pets")
    assert call(*session(role, Policy=policy(allow("s3:*")))) == (403, f"{shown}/GET/pets")
    role.may(allow("*"), deny("execute-api:*", f"{arn}/GET/pets"))
    assert call(*keys) == (403, f"{shown}/GET/pets with an explicit deny")
    assert call(*keys, method="POST") == (200, None)
    role.may(allow("*"), deny("*", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}))  # it has none
    assert call(*keys) == (200, None)
    assert call("test", "test") == (200, None)
    assert call("AKIAIOSFODNN7EXAMPLE", "test")[0] == 403


def test_or_the_api_s_policy_gives_it(account: Account, call: Callable[..., Any], api: str) -> None:
    """Table A: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html"""
    role = account.role()
    keys = session(role)
    assert call(*keys)[0] == 403
    letting = allow("execute-api:Invoke", "execute-api:/prod/GET/*", Principal={"AWS": role.arn})
    patch = {"op": "replace", "path": "/policy", "value": policy(letting)}
    account.client("apigateway").update_rest_api(restApiId=api, patchOperations=[patch])
    account.client("apigateway").create_deployment(restApiId=api, stageName="prod")
    assert call(*keys) == (200, None)
    assert call(*keys, method="POST")[0] == 403
