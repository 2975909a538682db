"""Signing in by password or SRP, with a refresh token, and the challenges on the way.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import secrets
import string
import time
from typing import Any

from localstack.aws.api import RequestContext, handler
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, CognitoIdpUserPoolClient, UserStatus
from moto.cognitoidp.utils import expand_attrs

from localdev.providers.cognito_idp import tokens
from localdev.providers.cognito_idp.found import (
    client_named,
    existing_user,
    not_emulated,
    pool_of,
    refuse,
    required_attributes,
    user_named,
    wrong_password,
)
from localdev.providers.cognito_idp.kept import Session, kept
from localdev.providers.cognito_idp.passwords import check_policy
from localdev.providers.cognito_idp.secret_hash import check_secret_hash
from localdev.providers.cognito_idp.srp import Handshake, N
from localdev.providers.cognito_idp.triggers import run

# Which of a client's ExplicitAuthFlows allows what, the names of old among them.
ALLOWED_BY = {
    "USER_PASSWORD_AUTH": {"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
    "ADMIN_USER_PASSWORD_AUTH": {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
    "ADMIN_NO_SRP_AUTH": {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
    "USER_SRP_AUTH": {"ALLOW_USER_SRP_AUTH"},
    "REFRESH_TOKEN_AUTH": {"ALLOW_REFRESH_TOKEN_AUTH"},
    "REFRESH_TOKEN": {"ALLOW_REFRESH_TOKEN_AUTH"},
}
BY_DEFAULT = {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
PASSWORD = {"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}
ADMIN_ONLY = {"ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}
SESSION_LASTS = 3  # minutes, unless the client says otherwise


class SignIn:
    @handler("InitiateAuth", expand=False)
    def initiate_auth(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        if request["AuthFlow"] in ADMIN_ONLY:
            raise refuse("InvalidParameterException", "Initiate Auth method not supported")
        return begin(pool, client, request)

    @handler("AdminInitiateAuth", expand=False)
    def admin_initiate_auth(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        if request["AuthFlow"] == "USER_PASSWORD_AUTH":
            raise refuse("InvalidParameterException", "Initiate Auth method not supported")
        return begin(pool, _own_client(pool, request), request)

    @handler("RespondToAuthChallenge", expand=False)
    def respond_to_auth_challenge(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        return go_on(pool, client, request)

    @handler("AdminRespondToAuthChallenge", expand=False)
    def admin_respond_to_auth_challenge(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        return go_on(pool, _own_client(pool, request), request)


def begin(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, request: dict[str, Any]) -> Any:
    flow, given = request["AuthFlow"], request.get("AuthParameters") or {}
    if flow not in ALLOWED_BY:
        raise not_emulated(f"sign-in by {flow}")
    if not ALLOWED_BY[flow] & _allowed(client):
        which = "Auth" if flow in ADMIN_ONLY else flow
        raise refuse("InvalidParameterException", f"{which} flow not enabled for this client")
    if flow.startswith("REFRESH"):
        return _refresh(pool, client, given)
    name = _needed(given, "USERNAME")
    check_secret_hash(client, name, given.get("SECRET_HASH"))
    password = _needed(given, "PASSWORD") if flow in PASSWORD else None
    public = _number(_needed(given, "SRP_A")) if flow == "USER_SRP_AUTH" else 0
    user = _user(pool, client, name)
    data = {"validationData": request.get("ClientMetadata") or {}, "userNotFound": False}
    run(pool, "PreAuthentication_Authentication", client, user, data, {})
    if password is not None:
        if user.password != password:
            raise wrong_password()
        return _admit(pool, client, user)
    if public % N == 0:
        raise refuse("InvalidParameterException", "SRP_A must not be a multiple of N")
    _require_usable(user)
    handshake = Handshake(pool.id.partition("_")[2], user.username, str(user.password), public)
    kept(pool).sessions[handshake.secret_block] = Session(client.id, user, "PASSWORD_VERIFIER", handshake)
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": f"{handshake.salt:x}",
            "SRP_B": f"{handshake.public:x}",
            "SECRET_BLOCK": handshake.secret_block,
            "USERNAME": user.username,
            "USER_ID_FOR_SRP": user.username,
        },
    }


def go_on(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, request: dict[str, Any]) -> Any:
    challenge, given = request["ChallengeName"], request.get("ChallengeResponses") or {}
    if challenge not in ("PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"):
        raise not_emulated(f"challenge {challenge}")
    name = _needed(given, "USERNAME")
    check_secret_hash(client, name, given.get("SECRET_HASH"))
    # Clients need not repeat the session of the first challenge: its secret block is one.
    key = given.get("PASSWORD_CLAIM_SECRET_BLOCK") if challenge == "PASSWORD_VERIFIER" else request.get("Session")
    sessions = kept(pool).sessions
    session = sessions.get(key or "")
    if key is None or session is None or (session.client_id, session.challenge) != (client.id, challenge):
        raise refuse("NotAuthorizedException", "Invalid session for the user.")
    if user_named(pool, name) is not session.user:
        raise refuse("NotAuthorizedException", "Invalid session for the user.")
    if time.time() > session.began + 60 * (client.extended_config.get("AuthSessionValidity") or SESSION_LASTS):
        raise refuse("NotAuthorizedException", "Invalid session for the user, session is expired.")
    if challenge == "PASSWORD_VERIFIER":
        del sessions[key]
        assert session.handshake is not None
        if not session.handshake.proves(_needed(given, "PASSWORD_CLAIM_SIGNATURE"), _needed(given, "TIMESTAMP")):
            raise wrong_password()
        return _admit(pool, client, session.user)
    check_policy(pool, _needed(given, "NEW_PASSWORD"))
    del sessions[key]
    prefix = "userAttributes."
    added = {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}
    session.user.update_attributes(expand_attrs(added))
    session.user.password = given["NEW_PASSWORD"]
    session.user.status = UserStatus.CONFIRMED
    return _tokens(pool, client, session.user, "NewPasswordChallenge")


def _admit(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, user: CognitoIdpUser) -> Any:
    """Who knows the password."""
    _require_usable(user)
    if user.status is not UserStatus.FORCE_CHANGE_PASSWORD:
        return _tokens(pool, client, user, "Authentication")
    key = secrets.token_urlsafe(64)
    kept(pool).sessions[key] = Session(client.id, user, "NEW_PASSWORD_REQUIRED")
    shown = {name: value for name, value in user.attribute_lookup.items() if name != "sub"}
    needed = [name for name in required_attributes(pool) if name not in user.attribute_lookup]
    return {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": key,
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps([f"userAttributes.{name}" for name in needed]),
            "userAttributes": json.dumps(shown),
        },
    }


def _tokens(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, user: CognitoIdpUser, why: str) -> Any:
    result = tokens.log_in(pool, client, user, why)
    run(pool, "PostAuthentication_Authentication", client, user, {"newDeviceUsed": False}, {})
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def _refresh(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, given: dict[str, str]) -> Any:
    token = _needed(given, "REFRESH_TOKEN")
    login = kept(pool).logins.get(token)
    check_secret_hash(client, login.username if login else "", given.get("SECRET_HASH"))
    return {"ChallengeParameters": {}, "AuthenticationResult": tokens.refresh(pool, client, token)}


def _require_usable(user: CognitoIdpUser) -> None:
    if not user.enabled:
        raise refuse("NotAuthorizedException", "User is disabled.")
    if user.status is UserStatus.UNCONFIRMED:
        raise refuse("UserNotConfirmedException", "User is not confirmed.")
    if user.status is UserStatus.RESET_REQUIRED:
        raise refuse("PasswordResetRequiredException", "Password reset required for the user")


def _user(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, name: str) -> CognitoIdpUser:
    if client.extended_config.get("PreventUserExistenceErrors") == "ENABLED" and user_named(pool, name) is None:
        raise wrong_password()
    return existing_user(pool, name)


def _own_client(pool: CognitoIdpUserPool, request: dict[str, Any]) -> CognitoIdpUserPoolClient:
    client = pool.clients.get(request["ClientId"])
    if client is None:
        raise refuse("ResourceNotFoundException", f"User pool client {request['ClientId']} does not exist.")
    return client


def _allowed(client: CognitoIdpUserPoolClient) -> set[str]:
    flows = set(client.extended_config.get("ExplicitAuthFlows") or [])
    return flows if any(flow.startswith("ALLOW_") for flow in flows) else flows | BY_DEFAULT


def _number(text: str) -> int:
    if not set(text) <= set(string.hexdigits):
        raise refuse("InvalidParameterException", "SRP_A must be a hexadecimal number")
    return int(text, 16)


def _needed(given: dict[str, str], name: str) -> str:
    if not given.get(name):
        raise refuse("InvalidParameterException", f"Missing required parameter {name}")
    return given[name]
