"""Lambda authorizers.

The rules are those of the developer guide's pages apigateway-use-lambda-authorizer,
configure-api-gateway-lambda-authorization and api-gateway-lambda-authorizer-output.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

UNAUTHORIZED = 401, {"message": "Unauthorized"}, "UnauthorizedException"


def scheme(uri: str, kind: str = "token", **settings: Any) -> dict[str, Any]:
    authorizer = {"type": kind, "authorizerUri": uri, "authorizerResultTtlInSeconds": 0, **settings}
    name = "Authorization" if kind == "token" else "Unused"
    described = {"type": "apiKey", "name": name, "in": "header", "x-amazon-apigateway-authtype": "custom"}
    return described | {"x-amazon-apigateway-authorizer": authorizer}


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], gatekeeper: str, mock: Any, proxy: Any) -> Any:
    request = {"kind": "request", "identitySource": "method.request.header.X-Who, method.request.querystring.who"}
    schemes = {
        "token": scheme(gatekeeper),
        "pattern": scheme(gatekeeper, identityValidationExpression="Bearer [a-z]+"),
        "broken": scheme(gatekeeper, identityValidationExpression="["),
        "kept": scheme(gatekeeper, authorizerResultTtlInSeconds=300),
        "request": scheme(gatekeeper, **request),
        "always": scheme(gatekeeper, "request", identitySource="context.httpMethod"),
        "gone": scheme(gatekeeper.replace("/invocations", "-gone/invocations")),
    }
    paths = {f"/{name}": {"get": mock(security=[{name: []}])} for name in schemes}
    paths["/told/{what}"] = {"get": proxy(security=[{"token": []}])}
    paths["/other"] = {"get": mock(security=[{"kept": []}])}
    paths["/asked"] = {"get": proxy(security=[{"request": []}])}
    paths["/context"] = {"get": mock('{"call": "$context.authorizer.call"}', security=[{"kept": []}])}
    return new_api(paths, schemes)


@pytest.mark.feature("API Gateway", "Lambda authorizers of type TOKEN")
class TestToken:
    def test_a_token_must_be_there(self, api: Any) -> None:
        assert api.call("/token").error == UNAUTHORIZED

    def test_the_function_is_told_the_token_and_the_method_and_tells_the_integration(self, api: Any) -> None:
        answer = api.call("/told/this", Authorization="Bearer allow").json
        told = answer["requestContext"]["authorizer"]
        event = json.loads(told.pop("event"))
        arn = event.pop("methodArn")
        assert event == {"type": "TOKEN", "authorizationToken": "Bearer allow"}
        assert arn == f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/prod/GET/told/this"
        assert len(told.pop("call")) == 32
        assert told == {"principalId": "someone", "number": "7", "yes": "true"}

    def test_a_token_must_look_as_it_should(self, api: Any) -> None:
        assert api.call("/pattern", Authorization="Bearer allow").status == 200
        for token in ("allow", "Bearer allow!", "Bearer unauthorized "):
            assert api.call("/pattern", Authorization=token + "0").error == UNAUTHORIZED

    def test_a_pattern_that_is_none_lets_nobody_in(self, api: Any) -> None:
        want = 500, {"message": None}, "AuthorizerConfigurationException"
        assert api.call("/broken", Authorization="Bearer allow").error == want

    def test_the_token_is_in_the_header_authorization_unless_told_otherwise(
        self, new_api: Callable[..., Any], gatekeeper: str, mock: Any
    ) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html, identitySource"""
        api = new_api({"/token": {"get": mock()}})
        made = api.client.create_authorizer(restApiId=api.id, name="plain", type="TOKEN", authorizerUri=gatekeeper)
        (resource,) = [
            each["id"] for each in api.client.get_resources(restApiId=api.id)["items"] if each["path"] == "/token"
        ]
        guard = {"/authorizationType": "CUSTOM", "/authorizerId": made["id"]}
        api.client.update_method(
            restApiId=api.id,
            resourceId=resource,
            httpMethod="GET",
            patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in guard.items()],
        )
        api.client.create_deployment(restApiId=api.id, stageName="prod")
        assert api.call("/token").error == UNAUTHORIZED
        assert api.call("/token", Authorization="allow").status == 200


@pytest.mark.feature("API Gateway", "policies that Lambda authorizers return, with conditions")
class TestPolicy:
    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("deny", "User is not authorized to access this resource with an explicit deny"),
            ("elsewhere", "User is not authorized to access this resource"),
        ],
    )
    def test_whom_it_does_not_allow_is_refused(self, api: Any, word: str, message: str) -> None:
        assert api.call("/token", Authorization=word).error == (403, {"Message": message}, "AccessDeniedException")

    def test_its_conditions_are_about_the_call(self, api: Any) -> None:
        assert api.call("/token", Authorization="condition").status == 200
        assert api.call("/token", Authorization="elsewhere-condition").status == 403

    @pytest.mark.parametrize("word", ["nonsense", "nested", "nobody", "fail"])
    def test_without_one_nobody_is_let_in(self, api: Any, word: str) -> None:
        want = 500, {"message": None}, "AuthorizerConfigurationException"
        assert api.call("/token", Authorization=word).error == want

    def test_a_function_that_is_not_there(self, api: Any) -> None:
        want = 500, {"message": None}, "AuthorizerConfigurationException"
        assert api.call("/gone", Authorization="allow").error == want

    def test_a_function_may_refuse_by_failing_with_one_word(self, api: Any) -> None:
        assert api.call("/token", Authorization="unauthorized").error == UNAUTHORIZED


@pytest.mark.feature("API Gateway", "Lambda authorizers of type REQUEST")
class TestRequest:
    def test_each_identity_source_must_be_there(self, api: Any) -> None:
        assert api.call("/request?who=me", X_Who="me").status == 200
        assert api.call("/request", X_Who="me").error == UNAUTHORIZED
        assert api.call("/request?who=me").error == UNAUTHORIZED
        assert api.call("/request?who=", X_Who="me").error == UNAUTHORIZED

    def test_it_is_told_the_request(self, api: Any) -> None:
        answer = api.call("/asked?who=me&who=you", X_Who="me").json
        event = json.loads(answer["requestContext"]["authorizer"]["event"])
        want = {"type": "REQUEST", "resource": "/asked", "path": "/asked", "httpMethod": "GET"}
        assert {name: event[name] for name in want} == want
        assert (event["headers"]["X-Who"], event["queryStringParameters"]) == ("me", {"who": "you"})
        assert event["multiValueQueryStringParameters"] == {"who": ["me", "you"]}
        assert event["requestContext"]["stage"] == "prod"

    def test_sources_may_be_of_the_context(self, api: Any) -> None:
        assert api.call("/always").status == 200
        assert api.call("/always", word="deny").status == 403


@pytest.mark.feature("API Gateway", "what Lambda authorizers return is kept for authorizerResultTtlInSeconds")
class TestCache:
    def call(self, api: Any, token: str) -> str:
        return str(api.call("/context", Authorization=token).json["call"])

    def test_the_function_is_asked_once_for_each_token(self, api: Any) -> None:
        first = self.call(api, "Bearer everywhere")
        assert self.call(api, "Bearer everywhere") == first
        assert self.call(api, "Basic everywhere") != first

    def test_what_is_kept_decides_about_other_methods_too(self, api: Any) -> None:
        """A policy for one method alone then refuses the others: a trap on AWS as well."""
        assert api.call("/kept", Authorization="one allow").status == 200
        assert api.call("/other", Authorization="one allow").status == 403
        assert api.call("/other", Authorization="two allow").status == 200

    def test_it_can_be_flushed(self, api: Any) -> None:
        first = self.call(api, "flushed everywhere")
        api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="prod")
        assert self.call(api, "flushed everywhere") != first

    def test_none_is_kept_for_no_time(self, api: Any) -> None:
        calls = {api.call("/told/a", Authorization="allow").json["requestContext"]["authorizer"]["call"] for _ in "12"}
        assert len(calls) == 2
