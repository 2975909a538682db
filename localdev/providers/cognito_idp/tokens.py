"""Tokens: JSON web tokens signed with the pool's own RSA key, and refresh tokens that only mean something here.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError
from localstack import config
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, CognitoIdpUserPoolClient

from localdev.providers.cognito_idp.found import refuse
from localdev.providers.cognito_idp.kept import Login, kept
from localdev.providers.cognito_idp.triggers import change_tokens

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# What a client's validities are counted in, unless it says otherwise, and what they are by default.
UNITS = {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"}
DEFAULTS = {"AccessToken": 1, "IdToken": 1, "RefreshToken": 30}
OWN_SCOPE = "aws.cognito.signin.user.admin"  # of tokens that come from the API, not from the hosted UI


class Invalid(Exception):
    """Not a token of this pool."""


class Expired(Invalid):
    """One that was."""


class Key(jwk.RSAKey):
    def __reduce__(self) -> tuple[Any, ...]:
        """What it consists of, for a file cannot have the key itself."""
        return Key.import_key, (self.as_dict(private=True),)


def give_key(pool: CognitoIdpUserPool) -> None:
    pool.json_web_key = Key.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def issuer(pool: CognitoIdpUserPool) -> str:
    """An address of the emulator, as ``https://cognito-idp.<region>.amazonaws.com/<pool>`` is one of AWS."""
    return f"{config.external_service_url()}/{pool.id}"


def log_in(
    pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, user: CognitoIdpUser, trigger: str
) -> dict[str, Any]:
    """A new ``AuthenticationResult``. trigger: why, as PreTokenGeneration is told, such as ``Authentication``."""
    now = int(time.time())
    lasts = _lifetime(client, "RefreshToken")
    login = Login(client.id, user.username, str(uuid.uuid4()), now, now + lasts)
    refresh_token = secrets.token_urlsafe(64)
    kept(pool).logins[refresh_token] = login
    return _issue(pool, client, user, login, trigger) | {"RefreshToken": refresh_token}


def refresh(pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, refresh_token: str) -> dict[str, Any]:
    """A new ``AuthenticationResult`` without a refresh token."""
    logins = kept(pool).logins
    if refresh_token not in logins:
        raise refuse("NotAuthorizedException", "Invalid Refresh Token")
    login = logins[refresh_token]
    user = pool.users.get(login.username) if login else None
    if login is None or user is None:
        raise refuse("NotAuthorizedException", "Refresh Token has been revoked")
    if login.client_id != client.id:
        raise refuse("NotAuthorizedException", "Invalid Refresh Token")
    if login.expires <= time.time():
        raise refuse("NotAuthorizedException", "Refresh Token has expired")
    if not user.enabled:
        raise refuse("NotAuthorizedException", "User is disabled.")
    return _issue(pool, client, user, login, "RefreshTokens")


def revoke(pool: CognitoIdpUserPool, username: str) -> None:
    """All that a user signed in with. What verifies tokens by the pool's keys alone still takes them."""
    for token, login in list(kept(pool).logins.items()):
        if login and login.username == username:
            revoke_login(pool, token)


def revoke_login(pool: CognitoIdpUserPool, refresh_token: str) -> None:
    """One refresh token and the access tokens that came of it."""
    logins = kept(pool).logins
    login, logins[refresh_token] = logins[refresh_token], None
    if login is None:
        return
    for token in kept(pool).access_tokens.pop(login.origin, []):
        pool.access_tokens.pop(token, None)


def claims_of(token: str, pool: CognitoIdpUserPool) -> dict[str, Any]:
    """What a token of this pool says. Raises Invalid, or Expired, which is one."""
    try:
        claims: dict[str, Any] = jwt.decode(token, pool.json_web_key, algorithms=["RS256"]).claims
    except (JoseError, ValueError) as error:
        raise Invalid from error
    if claims.get("iss") != issuer(pool):
        raise Invalid
    if claims["exp"] <= time.time():
        raise Expired
    return claims


def _issue(
    pool: CognitoIdpUserPool, client: CognitoIdpUserPoolClient, user: CognitoIdpUser, login: Login, trigger: str
) -> dict[str, Any]:
    groups = [group.group_name for group in sorted(user.groups, key=_by_precedence)]
    common = {
        "sub": user.id,
        "iss": issuer(pool),
        "origin_jti": login.origin,
        "event_id": str(uuid.uuid4()),
        "auth_time": login.began,
    }
    readable = client.get_readable_fields()
    attributes = {
        name: value == "true" if name.endswith("_verified") else value
        for name, value in user.attribute_lookup.items()
        if name != "sub" and (not readable or name in readable)
    }
    identity = common | attributes | {"aud": client.id, "token_use": "id", "cognito:username": user.username}
    access = common | {"client_id": client.id, "token_use": "access", "username": user.username, "scope": OWN_SCOPE}
    if groups:
        identity["cognito:groups"] = access["cognito:groups"] = groups
    change_tokens(pool, client, user, trigger, identity, access)
    access_token = _signed(pool, access, _lifetime(client, "AccessToken"))
    pool.access_tokens[access_token] = (client.id, user.username)
    kept(pool).access_tokens.setdefault(login.origin, []).append(access_token)
    return {
        "AccessToken": access_token,
        "IdToken": _signed(pool, identity, _lifetime(client, "IdToken")),
        "ExpiresIn": _lifetime(client, "AccessToken"),
        "TokenType": "Bearer",
    }


def _by_precedence(group: Any) -> tuple[bool, int, str]:
    """The lowest number first, those without one last."""
    return group.precedence is None, group.precedence or 0, group.group_name


def _signed(pool: CognitoIdpUserPool, claims: dict[str, Any], lasts: int) -> str:
    now = int(time.time())
    claims = claims | {"iat": now, "exp": now + lasts, "jti": str(uuid.uuid4())}
    key = pool.json_web_key
    return jwt.encode({"kid": key.kid, "alg": "RS256"}, claims, key)


def _lifetime(client: CognitoIdpUserPoolClient, token: str) -> int:
    """Seconds."""
    settings = client.extended_config
    unit = (settings.get("TokenValidityUnits") or {}).get(token, UNITS[token])
    return int((settings.get(f"{token}Validity") or DEFAULTS[token]) * SECONDS[unit])
