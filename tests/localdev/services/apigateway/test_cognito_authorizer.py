"""Cognito user pools as authorizers.

Developer guide: apigateway-integrate-with-cognito, apigateway-enable-cognito-user-pool.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

PASSWORD = "Passw0rd!"
UNAUTHORIZED = 401, {"message": "Unauthorized"}, "UnauthorizedException"


class Users:
    """A pool with one user, who is in a group."""

    def __init__(self, client: Any) -> None:
        self.client = client
        pool = client.create_user_pool(PoolName="users")["UserPool"]
        self.id, self.arn = pool["Id"], pool["Arn"]
        address = [{"Name": "email", "Value": "a@example.com"}, {"Name": "email_verified", "Value": "true"}]
        client.admin_create_user(UserPoolId=self.id, Username="ann", UserAttributes=address)
        client.admin_set_user_password(UserPoolId=self.id, Username="ann", Password=PASSWORD, Permanent=True)
        for group in ("readers", "writers"):
            client.create_group(UserPoolId=self.id, GroupName=group)
            client.admin_add_user_to_group(UserPoolId=self.id, GroupName=group, Username="ann")

    def app(self, **settings: Any) -> str:
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        made = self.client.create_user_pool_client(
            UserPoolId=self.id, ClientName="app", ExplicitAuthFlows=flows, **settings
        )
        identifier: str = made["UserPoolClient"]["ClientId"]
        return identifier

    def tokens(self, app: str) -> Any:
        parameters = {"USERNAME": "ann", "PASSWORD": PASSWORD}
        call = {"ClientId": app, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        return self.client.initiate_auth(**call)["AuthenticationResult"]


@pytest.fixture(scope="module")
def users(client: Callable[[str], Any]) -> Users:
    return Users(client("cognito-idp"))


@pytest.fixture(scope="module")
def app(users: Users) -> str:
    return users.app()


@pytest.fixture(scope="module")
def tokens(users: Users, app: str) -> Any:
    return users.tokens(app)


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], users: Users, app: str, mock: Any, proxy: Any) -> Any:
    def scheme(header: str = "Authorization", **settings: Any) -> dict[str, Any]:
        authorizer = {"type": "cognito_user_pools", "providerARNs": [users.arn], **settings}
        kind = {"x-amazon-apigateway-authtype": "cognito_user_pools", "x-amazon-apigateway-authorizer": authorizer}
        return {"type": "apiKey", "name": header, "in": "header", **kind}

    schemes = {
        "users": scheme(),
        "mine": scheme("X-Token", identityValidationExpression=app),
        "gone": scheme(providerARNs=[f"{users.arn}gone"]),
    }
    paths = {
        "/": {"get": mock(security=[{"users": []}])},
        "/claims": {"get": proxy(security=[{"users": []}])},
        "/mapped": {"get": mock('{"name": "$context.authorizer.claims.email"}', security=[{"users": []}])},
        "/scoped": {"get": mock(security=[{"users": ["aws.cognito.signin.user.admin", "photos/read"]}])},
        "/other": {"get": mock(security=[{"users": ["photos/read"]}])},
        "/mine": {"get": mock(security=[{"mine": []}])},
        "/gone": {"get": mock(security=[{"gone": []}])},
    }
    return new_api(paths, schemes)


@pytest.mark.feature("API Gateway", "Cognito authorizers: identity tokens, and their claims")
class TestIdentityTokens:
    def test_a_user_of_the_pool_is_let_in(self, api: Any, tokens: Any) -> None:
        for token in (tokens["IdToken"], f"Bearer {tokens['IdToken']}"):
            assert api.call("/", Authorization=token).status == 200

    def test_nobody_else_is(self, api: Any, tokens: Any, client: Callable[[str], Any]) -> None:
        stranger = Users(client("cognito-idp"))
        foreign = stranger.tokens(stranger.app())["IdToken"]
        header, payload, _ = tokens["IdToken"].split(".")
        forged = f"{header}.{payload}.{foreign.split('.')[2]}"
        for token in (foreign, forged, f"{header}.{payload}.", "anything", "Bearer", tokens["AccessToken"]):
            assert api.call("/", Authorization=token).error == UNAUTHORIZED
        assert api.call("/").error == UNAUTHORIZED
        assert api.call("/gone", Authorization=tokens["IdToken"]).error == UNAUTHORIZED

    def test_integrations_are_told_the_claims_as_text(self, api: Any, tokens: Any, app: str) -> None:
        answer = api.call("/claims", Authorization=tokens["IdToken"]).json
        claims = answer["requestContext"]["authorizer"]["claims"]
        assert (claims["email"], claims["email_verified"], claims["aud"]) == ("a@example.com", "true", app)
        assert claims["cognito:groups"] == "readers,writers"
        assert claims["auth_time"].isdigit()
        assert re.fullmatch(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}", claims["exp"])
        assert api.call("/mapped", Authorization=tokens["IdToken"]).json == {"name": "a@example.com"}

    def test_the_audience_may_have_to_match(self, api: Any, tokens: Any, users: Users) -> None:
        """API reference of CreateAuthorizer, identityValidationExpression; the token is in another header."""
        assert api.call("/mine", X_Token=tokens["IdToken"]).status == 200
        assert api.call("/mine", X_Token=users.tokens(users.app())["IdToken"]).error == UNAUTHORIZED
        assert api.call("/mine", Authorization=tokens["IdToken"]).error == UNAUTHORIZED

    def test_an_expired_token_is_told_from_a_wrong_one(self, api: Any, users: Users, until: Any) -> None:
        app = users.app(IdTokenValidity=1, TokenValidityUnits={"IdToken": "seconds"})
        token = users.tokens(app)["IdToken"]
        expired = until(lambda: (answer := api.call("/", Authorization=token)).status != 200 and answer)
        assert expired.error == (401, {"message": "The incoming token has expired"}, "UnauthorizedException")


@pytest.mark.feature(
    "API Gateway", "resource policies: Allow, Deny, source addresses, principals, with each authorizer"
)
def test_the_api_s_own_policy_must_allow_it_as_well(api: Any, tokens: Any) -> None:
    """Developer guide: apigateway-authorization-flow, "Amazon Cognito authentication and resource policy"."""

    def put(policy: str) -> None:
        patch = {"op": "replace", "path": "/policy", "value": policy}
        api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])
        api.client.create_deployment(restApiId=api.id, stageName="prod")

    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*/*/mine",
    }
    put(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    answers = api.call("/mine", X_Token=tokens["IdToken"]), api.call("/", Authorization=tokens["IdToken"])
    assert ([answer.status for answer in answers], api.call("/").error) == ([200, 403], UNAUTHORIZED)
    put("")
    assert api.call("/", Authorization=tokens["IdToken"]).status == 200


@pytest.mark.feature("API Gateway", "Cognito authorizers: access tokens, and their scopes")
class TestAccessTokens:
    """With scopes on the method an access token is asked for, which must have one of them."""

    def test_one_of_the_scopes_is_enough(self, api: Any, tokens: Any) -> None:
        assert api.call("/scoped", Authorization=tokens["AccessToken"]).status == 200

    def test_without_one_nobody_is_let_in(self, api: Any, tokens: Any) -> None:
        assert api.call("/other", Authorization=tokens["AccessToken"]).error == UNAUTHORIZED

    def test_an_identity_token_has_none(self, api: Any, tokens: Any) -> None:
        assert api.call("/scoped", Authorization=tokens["IdToken"]).error == UNAUTHORIZED
