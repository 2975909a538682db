"""Policies that APIs carry.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.feature(
    "API Gateway", "resource policies: Allow, Deny, source addresses, principals, with each authorizer"
)

OK = 200, {"ok": True}


def statement(effect: str = "Allow", resource: Any = "execute-api:/*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource, **more}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], mock: Any, gatekeeper: str) -> Any:
    authorizer = {"type": "token", "authorizerUri": gatekeeper, "authorizerResultTtlInSeconds": 0}
    scheme = {"type": "apiKey", "name": "Word", "in": "header", "x-amazon-apigateway-authtype": "custom"}
    guard = {"guard": scheme | {"x-amazon-apigateway-authorizer": authorizer}}
    paths = {
        "/": {"get": mock(), "post": mock()},
        "/pets/{name}": {"get": mock()},
        "/signed": {"get": mock(**{"x-amazon-apigateway-auth": {"type": "AWS_IAM"}})},
        "/guarded": {"get": mock(security=[{"guard": []}])},
    }
    return new_api(paths, guard)


@pytest.fixture
def put(api: Any) -> Callable[..., None]:
    """Gives the API a policy of these statements, and deploys it; with none it has no policy."""

    def put(*statements: Any) -> None:
        value = policy(*statements) if statements else ""
        patch = {"op": "replace", "path": "/policy", "value": value}
        api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])
        api.client.create_deployment(restApiId=api.id, stageName="prod")

    return put


def test_it_counts_from_the_next_deployment_on(api: Any, put: Callable[..., None]) -> None:
    put()
    patch = {"op": "replace", "path": "/policy", "value": policy(statement("Deny"))}
    api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])
    assert api.call("/").status == 200
    api.client.create_deployment(restApiId=api.id, stageName="prod")
    assert api.call("/").status == 403
    put()
    assert api.call("/").status == 200


def test_it_must_allow_what_is_asked(api: Any, put: Callable[..., None]) -> None:
    put(
        statement(
            resource=["execute-api:/prod/GET/", f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/*/GET/pets/a*"]
        )
    )
    where = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/prod"
    says = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
    assert (api.call("/").status, api.call("/pets/ann").status) == (200, 200)
    assert api.call("/pets/bob").error == (403, {"Message": f"{says}{where}/GET/pets/bob"}, "AccessDeniedException")
    assert api.call("/", "POST").json == {"Message": f"{says}{where}/POST/"}
    put(statement(), statement("Deny", "execute-api:/*/POST/*"))
    assert api.call("/pets/bob").status == 200
    assert api.call("/", "POST").json == {"Message": f"{says}{where}/POST/ with an explicit deny"}
    assert api.call("/nowhere").json == {"message": "Missing Authentication Token"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (when("IpAddress", "aws:SourceIp", "127.0.0.0/8"), True),
        (when("IpAddress", "aws:SourceIp", "203.0.113.0/24", "127.0.0.1"), True),
        (when("IpAddress", "aws:SourceIp", "203.0.113.0/24", "2001:db8::/32"), False),
        (when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), True),
        (when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", "127.0.0.1/32"), False),
        (when("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d"), False),
        (when("StringNotEquals", "aws:SourceVpc", "vpc-1a2b3c4d"), True),
        (when("IpAddress", "aws:VpcSourceIp", "127.0.0.0/8"), False),
        (when("StringLike", "aws:Referer", "https://example.com/*"), True),
        (when("StringEquals", "aws:UserAgent", "other"), False),
        (when("Bool", "aws:SecureTransport", "true"), True),
    ],
)
def test_it_may_ask_where_a_call_comes_from(
    api: Any, put: Callable[..., None], condition: dict[str, Any], holds: bool
) -> None:
    """Of the caller's network there is this machine only, and no VPC."""
    said = {"Referer": "https://example.com/page", "User_Agent": "tester"}
    put(statement(**condition))
    assert (api.call("/", **said).status == 200) == holds
    put(statement(), statement("Deny", **condition))
    assert (api.call("/", **said).status == 403) == holds


def test_a_signer_needs_no_allow_in_its_own_account(
    api: Any, put: Callable[..., None], client: Callable[..., Any]
) -> None:
    """Table A: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html"""
    client("iam").create_user(UserName="named")
    key = client("iam").create_access_key(UserName="named")["AccessKey"]
    named = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    arn = "arn:aws:iam::000000000000:user/named"
    put(statement(resource="execute-api:/*/GET/pets/*"))
    assert api.sign("/signed", **named).status == api.sign("/signed").status == 200
    assert api.call("/signed").error[1:] == (
        {"message": "Missing Authentication Token"},
        "MissingAuthenticationTokenException",
    )
    put(statement(), statement("Deny", Principal={"AWS": arn}))
    refused = api.sign("/signed", **named)
    where = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/prod/GET/signed"
    says = f"User: {arn} is not authorized to perform: execute-api:Invoke on resource: {where} with an explicit deny"
    assert (refused.status, refused.json) == (403, {"Message": says})
    assert (api.sign("/signed").status, api.call("/").status) == (200, 200)
    put(statement("Deny", **when("ArnEquals", "aws:PrincipalArn", arn)), statement())
    assert (api.sign("/signed", **named).status, api.sign("/signed").status) == (403, 200)


def test_with_an_authorizer_either_may_allow_and_both_may_deny(api: Any, put: Callable[..., None]) -> None:
    """Table A, too."""
    put(statement(resource="execute-api:/*/GET/pets/*"))
    assert api.call("/guarded", Word="allow").status == 200
    assert api.call("/guarded", Word="elsewhere").json == {"Message": "User is not authorized to access this resource"}
    put(statement())
    assert api.call("/guarded", Word="elsewhere").status == 200
    assert api.call("/guarded", Word="deny").status == 403
    assert api.call("/guarded").status == 401
    put(statement("Deny"))
    assert api.call("/guarded", Word="allow").json["Message"].startswith("User: anonymous is not authorized")
    assert api.call("/guarded").status == 403  # nobody is asked then


@pytest.mark.parametrize(
    "wrong",
    [
        "no policy",
        "[]",
        "{}",
        policy({"Effect": "Allow"}),
        policy(statement("Let")),
        policy({"Effect": "Allow", "Principal": "*", "Action": "*"}),
        policy(statement(Principal=5)),
        policy(statement(Principal={"AWS": {"x": 1}})),
        policy(statement(Principal={"AWS": [{"x": 1}]})),
        policy(statement(Condition="x")),
    ],
)
def test_what_is_no_policy_is_refused(api: Any, client: Callable[..., Any], wrong: str) -> None:
    gateway = client("apigateway")
    patch = {"op": "replace", "path": "/policy", "value": wrong}
    document = {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {}}
    for call, arguments in (
        (gateway.create_rest_api, {"name": "wrong", "policy": wrong}),
        (gateway.update_rest_api, {"restApiId": api.id, "patchOperations": [patch]}),
        (
            gateway.put_rest_api,
            {"restApiId": api.id, "body": json.dumps({**document, "x-amazon-apigateway-policy": wrong})},
        ),
    ):
        with pytest.raises(gateway.exceptions.BadRequestException, match="Invalid policy document"):
            call(**arguments)
