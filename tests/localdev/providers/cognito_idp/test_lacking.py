"""What a pool would only pretend is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.providers.cognito_idp.pool import Pool


def lacking(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("InternalFailure", 501)
    message: str = answer["Error"]["Message"]
    return message


@pytest.mark.feature("Cognito", "other Lambda triggers", lacking="CreateUserPool and UpdateUserPool refuse them")
def test_a_trigger_that_nothing_comes_of_is_refused(client: Callable[[str], Any], pool: Pool) -> None:
    triggers = {"CustomMessage": "arn:aws:lambda:us-east-1:000000000000:function:any"}
    for call, more in (
        (client("cognito-idp").create_user_pool, {"PoolName": "any"}),
        (client("cognito-idp").update_user_pool, {"UserPoolId": pool.id}),
    ):
        assert lacking(call, LambdaConfig=triggers, **more).startswith(
            "the emulator's Cognito has no Lambda trigger CustomMessage; it has PostAuthentication, "
        )


@pytest.mark.feature("Cognito", "second factors (MFA)", lacking="refused where they are required or set up")
def test_a_second_factor_is_refused(client: Callable[[str], Any], pool: Pool) -> None:
    cognito = client("cognito-idp")
    want = "the emulator's Cognito has no second factor (MFA)"
    assert lacking(cognito.create_user_pool, PoolName="any", MfaConfiguration="ON") == want
    assert lacking(cognito.set_user_pool_mfa_config, UserPoolId=pool.id, MfaConfiguration="ON") == want
    token = pool.tokens(pool.user())["AccessToken"]
    assert lacking(cognito.associate_software_token, AccessToken=token) == want
    assert lacking(cognito.set_user_mfa_preference, AccessToken=token) == want
    assert lacking(cognito.admin_set_user_mfa_preference, UserPoolId=pool.id, Username="any") == want


@pytest.mark.feature("Cognito", "custom authentication challenges", lacking="InitiateAuth refuses CUSTOM_AUTH")
def test_custom_challenges_are_refused(pool: Pool) -> None:
    call = {"ClientId": pool.client_id, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "any"}}
    assert lacking(pool.client.initiate_auth, **call) == "the emulator's Cognito has no sign-in by CUSTOM_AUTH"


@pytest.mark.feature("Cognito", "hosted UI and its domains", lacking="CreateUserPoolDomain is refused")
def test_the_hosted_ui_is_refused(pool: Pool) -> None:
    want = "the emulator's Cognito has no hosted UI: users sign in through the API (InitiateAuth)"
    assert lacking(pool.client.create_user_pool_domain, UserPoolId=pool.id, Domain="any") == want
