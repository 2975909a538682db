"""Authorizers of type COGNITO_USER_POOLS: the token must be one of the pools', unexpired.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import time
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import UnauthorizedError

from localdev.providers.cognito_idp.found import pool_named
from localdev.providers.cognito_idp.tokens import Expired, Invalid, claims_of
from localdev.services.apigateway.authorization import looks_right

HEADER = "method.request.header."


def authorize_user(context: Any, authorizer: Any) -> None:
    """Puts the claims where integrations find them, or raises UnauthorizedError."""
    header = (authorizer.get("identitySource") or f"{HEADER}Authorization").removeprefix(HEADER)
    token = context.request.headers.get(header, "").removeprefix("Bearer ").strip()
    claims = claims_in(token, authorizer)
    if not looks_right(authorizer, claims.get("aud") or claims.get("client_id", "")):
        raise UnauthorizedError("Unauthorized")
    scopes = set(context.resource_method.get("authorizationScopes") or [])
    # With scopes an access token is asked for, without an identity token.
    if claims["token_use"] != ("access" if scopes else "id"):
        raise UnauthorizedError("Unauthorized")
    if scopes and not scopes & set(claims["scope"].split()):
        raise UnauthorizedError("Unauthorized")
    context.context_variables["authorizer"] = {"claims": {name: told(name, value) for name, value in claims.items()}}


def claims_in(token: str, authorizer: Any) -> dict[str, Any]:
    for arn in authorizer.get("providerARNs") or []:
        pool = pool_named(arn.rpartition("/")[2])
        if pool is None:
            continue
        try:
            return claims_of(token, pool)
        except Expired:
            raise UnauthorizedError("The incoming token has expired") from None
        except Invalid:
            continue
    raise UnauthorizedError("Unauthorized")


def told(name: str, value: Any) -> str:
    """Every claim is text: lists with commas, times as ``Sat Nov 21 12:00:00 UTC 2026``."""
    if name in ("exp", "iat"):
        return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(value))
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
