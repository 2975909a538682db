"""Pools, clients and users among moto's, wherever they are: many calls are not signed, so name no account or region.

Raises Cognito's own errors, as in
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator

from localstack.aws.api import CommonServiceException, RequestContext
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, CognitoIdpUserPoolClient, cognitoidp_backends

from localdev.refusals import refusal

Attributes = list[dict[str, str]]


def refuse(code: str, message: str) -> CommonServiceException:
    """To be raised: an error of the caller's making, such as ``NotAuthorizedException``."""
    return CommonServiceException(code, message, sender_fault=True)


def not_emulated(what: str) -> CommonServiceException:
    """To be raised."""
    return refusal(f"the emulator's Cognito has no {what}")


def wrong_password() -> CommonServiceException:
    return refuse("NotAuthorizedException", "Incorrect username or password.")


def all_pools() -> Iterator[CognitoIdpUserPool]:
    for account in list(cognitoidp_backends.values()):
        for backend in list(account.values()):
            yield from list(backend.user_pools.values())


def pool_named(identifier: str) -> CognitoIdpUserPool | None:
    return next((pool for pool in all_pools() if pool.id == identifier), None)


def pool_of(context: RequestContext, identifier: str) -> CognitoIdpUserPool:
    """The pool of a signed call's account and region."""
    pool = cognitoidp_backends[context.account_id][context.region].user_pools.get(identifier)
    if pool is None:
        raise refuse("ResourceNotFoundException", f"User pool {identifier} does not exist.")
    return pool


def client_named(identifier: str) -> tuple[CognitoIdpUserPool, CognitoIdpUserPoolClient]:
    for pool in all_pools():
        if identifier in pool.clients:
            return pool, pool.clients[identifier]
    raise refuse("ResourceNotFoundException", f"User pool client {identifier} does not exist.")


def user_named(pool: CognitoIdpUserPool, name: str | None) -> CognitoIdpUser | None:
    """By user name, or by the attributes that the pool takes for one."""
    if name in pool.users:
        return pool.users[name]
    config = pool.extended_config
    for user in list(pool.users.values()):
        have = user.attribute_lookup
        if any(have.get(alias) == name for alias in config.get("UsernameAttributes") or []):
            return user
        for alias in config.get("AliasAttributes") or []:
            # An alias must be verified, or anyone could claim it: "user-pool-settings-aliases" in the guide.
            if have.get(alias) == name and have.get(f"{alias}_verified", "true") == "true":
                return user
    return None


def existing_user(pool: CognitoIdpUserPool, name: str) -> CognitoIdpUser:
    user = user_named(pool, name)
    if user is None:
        raise refuse("UserNotFoundException", "User does not exist.")
    return user


def required_attributes(pool: CognitoIdpUserPool) -> list[str]:
    return [name for name, each in pool.schema_attributes.items() if each.required]


def user_signed_in(access_token: str) -> tuple[CognitoIdpUserPool, CognitoIdpUser]:
    """Whose unexpired access token it is; one that was revoked is no more."""
    from localdev.providers.cognito_idp.tokens import Expired, Invalid, claims_of

    for pool in all_pools():
        try:
            claims = claims_of(access_token, pool)
        except Expired:
            raise refuse("NotAuthorizedException", "Access Token has expired") from None
        except Invalid:
            continue
        if claims["token_use"] != "access":
            break
        if access_token not in pool.access_tokens:
            raise refuse("NotAuthorizedException", "Access Token has been revoked")
        return pool, existing_user(pool, claims["username"])
    raise refuse("NotAuthorizedException", "Invalid Access Token")
