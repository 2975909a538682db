"""Functions that a pool calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.cognito_idp.pool import Pool, claims_of, refused

TRIGGER = """
import json

def handler(event, context):
    source, request = event["triggerSource"], event["request"]
    print(json.dumps(event))
    if source == "PreSignUp_SignUp":
        if request["userAttributes"].get("email", "").endswith("@refused.example"):
            raise ValueError("not you")
        event["response"]["autoConfirmUser"] = event["response"]["autoVerifyEmail"] = True
    if source.startswith("TokenGeneration"):
        details = "claimsOverrideDetails" if event["version"] == "1" else "claimsAndScopeOverrideDetails"
        assert event["response"] == {details: None}
        changes = {"claimsToAddOrOverride": {"plan": event["userName"], "sub": "forged"}, "claimsToSuppress": ["email"]}
        scopes = {"scopesToAdd": ["photos/read"], "scopesToSuppress": []}
        groups = {"groupsToOverride": [*request["groupConfiguration"]["groupsToOverride"], "added"]}
        if event["version"] == "1":
            event["response"]["claimsOverrideDetails"] = changes | {"groupOverrideDetails": groups}
        else:
            event["response"]["claimsAndScopeOverrideDetails"] = {
                "idTokenGeneration": changes,
                "accessTokenGeneration": changes | scopes,
            }
    if source == "PostConfirmation_ConfirmSignUp":
        return None if request["userAttributes"].get("name") == "silent" else event
    return event
"""


@pytest.fixture(scope="module")
def arn(deploy: Callable[..., Any]) -> str:
    function = deploy(TRIGGER)
    arn: str = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    return arn


@pytest.fixture(scope="module")
def triggered(new_pool: Callable[..., Pool], arn: str) -> Pool:
    return new_pool(LambdaConfig=dict.fromkeys(("PreSignUp", "PostConfirmation", "PreTokenGeneration"), arn))


@pytest.mark.feature(
    "Cognito",
    "Lambda triggers: pre sign-up, post confirmation, pre and post authentication, "
    "pre token generation (versions 1 and 2)",
)
class TestTriggers:
    """Guide: cognito-user-pools-working-with-lambda-triggers."""

    def test_pre_sign_up_confirms(self, triggered: Pool) -> None:
        name = triggered.sign_up()
        user = triggered.client.admin_get_user(UserPoolId=triggered.id, Username=name)
        assert user["UserStatus"] == "CONFIRMED"
        assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]

    def test_pre_sign_up_refuses(self, triggered: Pool) -> None:
        attributes = [{"Name": "email", "Value": "a@refused.example"}]
        want = "UserLambdaValidationException", "PreSignUp failed with error not you."
        assert refused(triggered.sign_up, UserAttributes=attributes) == want

    def test_a_function_must_return_the_event(self, triggered: Pool) -> None:
        attributes = [{"Name": "name", "Value": "silent"}]
        assert refused(triggered.sign_up, UserAttributes=attributes)[0] == "InvalidLambdaResponseException"

    def test_pre_token_generation_changes_claims_and_groups(self, triggered: Pool) -> None:
        name = triggered.sign_up()
        tokens = triggered.tokens(name)
        identity = claims_of(tokens["IdToken"])
        assert (identity["plan"], identity["cognito:groups"], "email" in identity) == (name, ["added"], False)
        assert identity["sub"] != "forged"
        assert "plan" not in claims_of(tokens["AccessToken"])

    def test_version_two_changes_the_access_token(self, new_pool: Callable[..., Pool], arn: str) -> None:
        pool = new_pool(LambdaConfig={"PreTokenGenerationConfig": {"LambdaArn": arn, "LambdaVersion": "V2_0"}})
        access = claims_of(pool.tokens(pool.user())["AccessToken"])
        assert access["scope"] == "aws.cognito.signin.user.admin photos/read"
        assert (access["plan"], access["sub"] != "forged") == (access["username"], True)

    def test_a_function_that_is_not_there(self, new_pool: Callable[..., Pool], arn: str) -> None:
        for trigger in ("PreAuthentication", "PostAuthentication"):
            pool = new_pool(LambdaConfig={trigger: f"{arn}-gone"})
            code, message = refused(pool.sign_in, name=pool.user())
            assert code == "UnexpectedLambdaException"
            assert message.startswith(f"{trigger} cannot be invoked: ")
