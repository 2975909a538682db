"""Lambda triggers: functions that a pool calls before and after what its users do.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, CognitoIdpUserPoolClient, UserStatus

from localdev.providers.cognito_idp.found import refuse

# The settings of a pool's LambdaConfig that something comes of.
EMULATED = frozenset(
    {
        "PreSignUp",
        "PostConfirmation",
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
        "PreTokenGenerationConfig",
    }
)
# What a function may not override: "pre token generation" in the guide, shortened to what we set.
RESERVED = frozenset(
    {
        "aud",
        "auth_time",
        "client_id",
        "cognito:username",
        "event_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "origin_jti",
        "sub",
        "token_use",
        "username",
    }
)
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"


def run(
    pool: CognitoIdpUserPool,
    source: str,
    client: CognitoIdpUserPoolClient | None,
    user: CognitoIdpUser,
    request: dict[str, Any],
    response: dict[str, Any],
) -> dict[str, Any]:
    """Calls the pool's function, if it has one; returns the ``response`` it leaves, else the one given.

    source: as in ``PreSignUp_SignUp``; up to the underscore it is the setting that names the function, but for
    ``TokenGeneration``.
    """
    name = source.partition("_")[0].replace("TokenGeneration", "PreTokenGeneration")
    settings = pool.extended_config.get("LambdaConfig") or {}
    arn = (settings.get(f"{name}Config") or {}).get("LambdaArn") or settings.get(name)
    if not arn:
        return response
    event = {
        "version": _version(settings, name),
        "region": pool.region,
        "userPoolId": pool.id,
        "triggerSource": source,
        "userName": user.username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client.id if client else NO_CLIENT},
        "request": {"userAttributes": _told(user), **request},
        "response": response,
    }
    answer = _call(pool, name, arn, event)
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise refuse("InvalidLambdaResponseException", f"{name} invocation failed: the event was not returned.")
    returned: dict[str, Any] = answer["response"]
    return returned


def change_tokens(
    pool: CognitoIdpUserPool,
    client: CognitoIdpUserPoolClient,
    user: CognitoIdpUser,
    why: str,
    identity: dict[str, Any],
    access: dict[str, Any],
) -> None:
    """Lets PreTokenGeneration change the claims of both tokens; the access token's from version 2 on."""
    groups = identity.get("cognito:groups", [])
    request = {"groupConfiguration": {"groupsToOverride": groups, "iamRolesToOverride": [], "preferredRole": None}}
    version = _version(pool.extended_config.get("LambdaConfig") or {}, "PreTokenGeneration")
    details = "claimsOverrideDetails" if version == "1" else "claimsAndScopeOverrideDetails"
    response = run(pool, f"TokenGeneration_{why}", client, user, request, {details: None})
    second = response.get("claimsAndScopeOverrideDetails") or {}
    first = response.get("claimsOverrideDetails") or {}
    new_groups = ((first or second).get("groupOverrideDetails") or {}).get("groupsToOverride")
    if new_groups is not None:
        identity["cognito:groups"] = access["cognito:groups"] = new_groups
    _change(identity, first or second.get("idTokenGeneration") or {})
    _change(access, second.get("accessTokenGeneration") or {})


def _change(claims: dict[str, Any], changes: dict[str, Any]) -> None:
    added = changes.get("claimsToAddOrOverride") or {}
    claims.update({name: value for name, value in added.items() if name not in RESERVED})
    for name in set(changes.get("claimsToSuppress") or []) - RESERVED:
        claims.pop(name, None)
    if "scope" in claims:
        scopes = [*claims["scope"].split(), *(changes.get("scopesToAdd") or [])]
        claims["scope"] = " ".join(scope for scope in scopes if scope not in (changes.get("scopesToSuppress") or []))


def _version(settings: dict[str, Any], name: str) -> str:
    """Of the event: "1", unless the setting says otherwise, as in ``V2_0``."""
    version: str = (settings.get(f"{name}Config") or {}).get("LambdaVersion", "V1_0")
    return version.removeprefix("V").removesuffix("_0")


def _told(user: CognitoIdpUser) -> dict[str, str]:
    return {**user.attribute_lookup, "cognito:user_status": UserStatus(user.status).value}


def _call(pool: CognitoIdpUserPool, name: str, arn: str, event: dict[str, Any]) -> Any:
    lambda_: Any = connect_to(aws_access_key_id=pool.account_id, region_name=pool.region).lambda_
    caller = lambda_.request_metadata(service_principal="cognito-idp", source_arn=pool.arn)
    try:
        answer = caller.invoke(FunctionName=arn, Payload=json.dumps(event))
    except ClientError as error:
        raise refuse("UnexpectedLambdaException", f"{name} cannot be invoked: {error}") from error
    payload = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise refuse("UserLambdaValidationException", f"{name} failed with error {payload['errorMessage']}.")
    return payload
