"""Cognito's tokens."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.localdev.providers.cognito_idp.pool import Pool, claims_of, get, refused, unpadded


def verified(token: str, keys: Any) -> Any:
    """The claims, if one of the published keys signed them (RFC 7515, RS256)."""
    header, payload, signature = token.split(".")
    described = json.loads(unpadded(header))
    assert described["alg"] == "RS256"
    [key] = [key for key in keys["keys"] if key["kid"] == described["kid"]]
    modulus, exponent = (int.from_bytes(unpadded(key[part]), "big") for part in ("n", "e"))
    public = RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(unpadded(signature), f"{header}.{payload}".encode(), PKCS1v15(), SHA256())
    return json.loads(unpadded(payload))


@pytest.mark.feature(
    "Cognito",
    "tokens that verify by the keys at the address they name",
    partly="that address is the emulator's own, `http://127.0.0.1:<port>/<pool>`",
)
class TestTokens:
    """Guide: amazon-cognito-user-pools-using-tokens-verifying-a-jwt."""

    def test_the_claims(self, pool: Pool) -> None:
        name = pool.user(email="a@example.com", email_verified="true")
        tokens = pool.tokens(name)
        keys = get(claims_of(tokens["IdToken"])["iss"] + "/.well-known/jwks.json")
        identity, access = verified(tokens["IdToken"], keys), verified(tokens["AccessToken"], keys)
        assert identity["iss"] == access["iss"] == f"{pool.url}/{pool.id}"
        assert (identity["aud"], identity["token_use"]) == (pool.client_id, "id")
        assert (identity["cognito:username"], identity["email"]) == (name, "a@example.com")
        assert (access["client_id"], access["token_use"], access["username"]) == (pool.client_id, "access", name)
        assert access["scope"] == "aws.cognito.signin.user.admin"
        assert identity["sub"] == access["sub"] != name
        assert identity["auth_time"] <= identity["iat"] <= time.time()
        assert "d" not in keys["keys"][0]

    def test_no_other_pool_signs_for_it(self, pool: Pool, new_pool: Callable[..., Pool]) -> None:
        keys = get(f"{pool.url}/{pool.id}/.well-known/jwks.json")
        other = new_pool()
        other_keys = get(f"{pool.url}/{other.id}/.well-known/jwks.json")
        assert keys != other_keys
        token = pool.tokens(pool.user())["IdToken"]
        renamed = {"keys": [other_keys["keys"][0] | {"kid": keys["keys"][0]["kid"]}]}
        with pytest.raises(InvalidSignature):
            verified(token, renamed)

    def test_the_keys_are_found_by_open_id_connect_discovery(self, pool: Pool) -> None:
        found = get(f"{pool.url}/{pool.id}/.well-known/openid-configuration")
        assert found["issuer"] == f"{pool.url}/{pool.id}"
        assert get(found["jwks_uri"])["keys"]

    def test_a_pool_that_is_not_there_has_no_keys(self, pool: Pool) -> None:
        with pytest.raises(urllib.error.HTTPError) as error:
            get(f"{pool.url}/us-east-1_none/.well-known/jwks.json")
        with error.value as answer:
            assert answer.code == 404


@pytest.mark.feature("Cognito", "lifetimes of tokens, as the client sets them")
def test_tokens_last_as_long_as_the_client_says(new_pool: Callable[..., Pool]) -> None:
    """API reference of CreateUserPoolClient: AccessTokenValidity, TokenValidityUnits; an hour by default."""
    units = {"AccessToken": "minutes", "IdToken": "hours"}
    lasting = {"AccessTokenValidity": 10, "IdTokenValidity": 2, "TokenValidityUnits": units}
    for settings, want in ((lasting, (600, 7200)), ({}, (3600, 3600))):
        pool = new_pool(settings)
        tokens = pool.tokens(pool.user())
        access, identity = claims_of(tokens["AccessToken"]), claims_of(tokens["IdToken"])
        assert (access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == want
        assert tokens["ExpiresIn"] == want[0]


@pytest.mark.feature("Cognito", "lifetimes of tokens, as the client sets them")
def test_tokens_that_lasted_long_enough_are_refused(new_pool: Callable[..., Pool], until: Callable[..., Any]) -> None:
    """AWS has no lifetimes under five minutes; the emulator does not look."""
    shortly = {"AccessTokenValidity": 1, "RefreshTokenValidity": 1}
    units = {"AccessToken": "seconds", "RefreshToken": "seconds"}
    pool = new_pool({**shortly, "TokenValidityUnits": units})
    tokens = pool.tokens(pool.user())
    until(lambda: claims_of(tokens["AccessToken"])["exp"] <= time.time())
    want = "NotAuthorizedException", "Access Token has expired"
    assert refused(pool.client.get_user, AccessToken=tokens["AccessToken"]) == want
    want = "NotAuthorizedException", "Refresh Token has expired"
    assert refused(pool.refresh, token=tokens["RefreshToken"]) == want


@pytest.mark.feature("Cognito", "groups, and the claim cognito:groups")
def test_groups_are_told_by_precedence(pool: Pool) -> None:
    name = pool.user()
    for group, more in (("none", {}), ("second", {"Precedence": 2}), ("first", {"Precedence": 1})):
        pool.client.create_group(UserPoolId=pool.id, GroupName=group, **more)
        pool.client.admin_add_user_to_group(UserPoolId=pool.id, GroupName=group, Username=name)
    tokens = pool.tokens(name)
    assert claims_of(tokens["IdToken"])["cognito:groups"] == ["first", "second", "none"]
    assert claims_of(tokens["AccessToken"])["cognito:groups"] == ["first", "second", "none"]
    assert "cognito:groups" not in claims_of(pool.tokens(pool.user())["IdToken"])


@pytest.mark.feature("Cognito", "users' attributes")
def test_attributes_reach_the_token_if_the_client_may_read_them(new_pool: Callable[..., Pool]) -> None:
    """Guide: user-pool-settings-attributes, "Attribute permissions and scopes"."""
    schema = [{"Name": "plan", "AttributeDataType": "String", "Mutable": True}]
    pool = new_pool({"ReadAttributes": ["email", "custom:plan"]}, Schema=schema)
    name = pool.user(email="a@example.com", name="A", **{"custom:plan": "free"})
    token = pool.tokens(name)["AccessToken"]
    pool.client.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "custom:plan", "Value": "paid"}])
    attributes = {each["Name"]: each["Value"] for each in pool.client.get_user(AccessToken=token)["UserAttributes"]}
    assert attributes["custom:plan"] == "paid"
    claims = claims_of(pool.tokens(name)["IdToken"])
    assert (claims["custom:plan"], claims["email"], "name" in claims) == ("paid", "a@example.com", False)


@pytest.mark.feature("Cognito", "refresh tokens, revocation and global sign-out")
class TestRefresh:
    """Guide: token-revocation."""

    def test_new_tokens_belong_to_the_old_sign_in(self, pool: Pool) -> None:
        tokens = pool.tokens(pool.user())
        renewed = pool.refresh(tokens["RefreshToken"])["AuthenticationResult"]
        assert "RefreshToken" not in renewed
        old, new = claims_of(tokens["AccessToken"]), claims_of(renewed["AccessToken"])
        assert [old[name] for name in ("sub", "origin_jti", "auth_time")] == [
            new[name] for name in ("sub", "origin_jti", "auth_time")
        ]
        assert old["jti"] != new["jti"]
        assert pool.client.get_user(AccessToken=renewed["AccessToken"])

    def test_one_that_was_never_given(self, pool: Pool) -> None:
        want = "NotAuthorizedException", "Invalid Refresh Token"
        assert refused(pool.refresh, token="never") == want

    def test_a_global_sign_out_revokes_all(self, pool: Pool) -> None:
        name = pool.user()
        first, second = pool.tokens(name), pool.tokens(name)
        renewed = pool.refresh(first["RefreshToken"])["AuthenticationResult"]
        pool.client.global_sign_out(AccessToken=first["AccessToken"])
        for each in (first, second, renewed | {"RefreshToken": first["RefreshToken"]}):
            want = "NotAuthorizedException", "Refresh Token has been revoked"
            assert refused(pool.refresh, token=each["RefreshToken"]) == want
            want = "NotAuthorizedException", "Access Token has been revoked"
            assert refused(pool.client.get_user, AccessToken=each["AccessToken"]) == want
        third = pool.tokens(name)
        pool.client.admin_user_global_sign_out(UserPoolId=pool.id, Username=name)
        assert refused(pool.refresh, token=third["RefreshToken"])[0] == "NotAuthorizedException"

    def test_revoking_one_leaves_the_others(self, pool: Pool) -> None:
        name = pool.user()
        first, second = pool.tokens(name), pool.tokens(name)
        pool.client.revoke_token(ClientId=pool.client_id, Token=first["RefreshToken"])
        assert refused(pool.refresh, token=first["RefreshToken"])[0] == "NotAuthorizedException"
        assert refused(pool.client.get_user, AccessToken=first["AccessToken"])[0] == "NotAuthorizedException"
        assert pool.client.get_user(AccessToken=second["AccessToken"])
        assert pool.refresh(second["RefreshToken"])

    def test_who_deletes_themselves_is_gone(self, pool: Pool) -> None:
        name = pool.user()
        pool.client.delete_user(AccessToken=pool.tokens(name)["AccessToken"])
        assert refused(pool.sign_in, name=name)[0] == "UserNotFoundException"

    def test_any_other_text_is_no_access_token(self, pool: Pool) -> None:
        identity = pool.tokens(pool.user())["IdToken"]
        for token in ("any", identity):
            want = "NotAuthorizedException", "Invalid Access Token"
            assert refused(pool.client.get_user, AccessToken=token) == want
