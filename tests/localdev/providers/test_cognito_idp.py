"""Cognito user pools, as an app and its tests use them.

Messages are those that Cognito's clients show; the rules are those of the developer guide,
https://docs.aws.amazon.com/cognito/latest/developerguide/ (its pages are named where one rules).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

PASSWORD = "Passw0rd!"
FLOWS = [f"ALLOW_{flow}_AUTH" for flow in ("USER_PASSWORD", "ADMIN_USER_PASSWORD", "USER_SRP", "REFRESH_TOKEN")]
names = (f"user{number}" for number in itertools.count())


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token: str) -> Any:
    return json.loads(unpadded(token.split(".")[1]))


@dataclass(frozen=True)
class Pool:
    """A pool with one client, and what the tests do with it."""

    client: Any
    url: str
    id: str
    client_id: str

    def sign_up(self, **settings: Any) -> str:
        name = next(names)
        settings = {"UserAttributes": [{"Name": "email", "Value": f"{name}@example.com"}]} | settings
        self.client.sign_up(ClientId=self.client_id, Username=name, Password=PASSWORD, **settings)
        return name

    def user(self, **attributes: str) -> str:
        """A new user who may sign in."""
        name = next(names)
        given = [{"Name": each, "Value": value} for each, value in attributes.items()]
        self.client.admin_create_user(UserPoolId=self.id, Username=name, UserAttributes=given)
        self.client.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)
        return name

    def sign_in(self, name: str, password: str = PASSWORD, client_id: str | None = None) -> Any:
        return self.client.initiate_auth(
            ClientId=client_id or self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )

    def tokens(self, name: str) -> Any:
        return self.sign_in(name)["AuthenticationResult"]

    def refresh(self, token: str, **more: str) -> Any:
        return self.client.initiate_auth(
            ClientId=self.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token, **more}
        )

    def code(self, name: str) -> str:
        newest: str = get(f"{self.url}/_localdev/cognito/{self.id}/messages?username={name}")[-1]["code"]
        return newest


@pytest.fixture(scope="module")
def new_pool(client: Callable[[str], Any], emulator: Any) -> Callable[..., Pool]:
    cognito = client("cognito-idp")

    def make(client_settings: dict[str, Any] | None = None, **settings: Any) -> Pool:
        pool = cognito.create_user_pool(PoolName="people", **({"AutoVerifiedAttributes": ["email"]} | settings))
        arguments = {"ClientName": "app", "ExplicitAuthFlows": FLOWS} | (client_settings or {})
        made = cognito.create_user_pool_client(UserPoolId=pool["UserPool"]["Id"], **arguments)["UserPoolClient"]
        return Pool(cognito, emulator.endpoint_url, made["UserPoolId"], made["ClientId"])

    return make


@pytest.fixture(scope="module")
def pool(new_pool: Callable[..., Pool]) -> Pool:
    return new_pool()


@pytest.mark.feature("Cognito", "sign-up with a confirmation code, found at `/_localdev/cognito/<pool>/messages`")
class TestSignUp:
    """Guide: signing-up-users-in-your-app. A user who has not confirmed cannot sign in."""

    def test_a_user_signs_up_confirms_and_signs_in(self, pool: Pool) -> None:
        name = next(names)
        address = [{"Name": "email", "Value": "someone@example.com"}]
        answer = pool.client.sign_up(ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=address)
        assert answer["UserConfirmed"] is False
        assert answer["CodeDeliveryDetails"] == {
            "AttributeName": "email",
            "DeliveryMedium": "EMAIL",
            "Destination": "s***@e***",
        }
        assert refused(pool.sign_in, name=name) == ("UserNotConfirmedException", "User is not confirmed.")
        pool.client.confirm_sign_up(ClientId=pool.client_id, Username=name, ConfirmationCode=pool.code(name))
        claims = claims_of(pool.tokens(name)["IdToken"])
        assert (claims["sub"], claims["email_verified"]) == (answer["UserSub"], True)

    def test_the_message_is_what_the_pool_says(self, new_pool: Callable[..., Pool]) -> None:
        template = {"EmailMessage": "Hallo {####}!", "EmailSubject": "Dein Code"}
        pool = new_pool(VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_CODE", **template})
        name, other = pool.sign_up(), pool.sign_up()
        both = get(f"{pool.url}/_localdev/cognito/{pool.id}/messages")
        assert [message["username"] for message in both] == [name, other]
        [message] = get(f"{pool.url}/_localdev/cognito/{pool.id}/messages?username={name}")
        assert message.pop("time") == pytest.approx(time.time(), abs=60)
        code = message["code"]
        want = {"to": f"{name}@example.com", "subject": "Dein Code", "text": f"Hallo {code}!"}
        assert message == {**want, "username": name, "code": code}

    def test_a_wrong_code_is_refused_and_a_new_one_replaces_it(self, pool: Pool) -> None:
        name = pool.sign_up()
        old = pool.code(name)
        wrong = {"ClientId": pool.client_id, "Username": name, "ConfirmationCode": "x" + old}
        mismatch = "CodeMismatchException", "Invalid verification code provided, please try again."
        assert refused(pool.client.confirm_sign_up, **wrong) == mismatch
        pool.client.resend_confirmation_code(ClientId=pool.client_id, Username=name)
        pool.client.confirm_sign_up(**wrong | {"ConfirmationCode": pool.code(name)})
        again = "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"
        assert refused(pool.client.confirm_sign_up, **wrong) == again

    def test_an_administrator_confirms_without_a_code(self, pool: Pool) -> None:
        name = pool.sign_up()
        pool.client.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
        assert pool.tokens(name)

    def test_a_name_is_given_once(self, pool: Pool) -> None:
        name = pool.sign_up()
        call = {"ClientId": pool.client_id, "Username": name, "Password": PASSWORD}
        assert refused(pool.client.sign_up, **call) == ("UsernameExistsException", "User already exists")

    def test_required_attributes_are(self, new_pool: Callable[..., Pool]) -> None:
        strict = new_pool(Schema=[{"Name": "email", "Required": True}])
        call = {"ClientId": strict.client_id, "Username": "someone", "Password": PASSWORD}
        message = "Attributes did not conform to the schema: email: The attribute is required\n"
        assert refused(strict.client.sign_up, **call) == ("InvalidParameterException", message)

    def test_unknown_pools_have_no_messages(self, pool: Pool) -> None:
        with pytest.raises(urllib.error.HTTPError) as error:
            get(f"{pool.url}/_localdev/cognito/us-east-1_none/messages")
        with error.value as answer:
            assert (answer.code, json.load(answer)) == (404, {"message": "User pool us-east-1_none does not exist."})


@pytest.mark.feature("Cognito", "pools that only administrators add users to")
def test_a_pool_may_take_no_sign_ups(new_pool: Callable[..., Pool]) -> None:
    pool = new_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    call = {"ClientId": pool.client_id, "Username": "someone", "Password": PASSWORD}
    want = "NotAuthorizedException", "SignUp is not permitted for this user pool"
    assert refused(pool.client.sign_up, **call) == want


@pytest.mark.feature("Cognito", "e-mail addresses as user names")
def test_who_signs_up_with_an_address_signs_in_with_it(new_pool: Callable[..., Pool]) -> None:
    """Guide: user-pool-settings-attributes. The user's name proper is the sub."""
    pool = new_pool(UsernameAttributes=["email"])
    call = {"ClientId": pool.client_id, "Username": "a@example.com", "Password": PASSWORD}
    sub = pool.client.sign_up(**call)["UserSub"]
    code = get(f"{pool.url}/_localdev/cognito/{pool.id}/messages?username=a@example.com")[-1]["code"]
    pool.client.confirm_sign_up(ClientId=pool.client_id, Username="a@example.com", ConfirmationCode=code)
    tokens = pool.tokens("a@example.com")
    assert claims_of(tokens["IdToken"])["cognito:username"] == sub
    assert claims_of(tokens["IdToken"])["email"] == "a@example.com"
    assert pool.client.get_user(AccessToken=tokens["AccessToken"])["Username"] == sub
    assert refused(pool.client.sign_up, **call)[0] == "UsernameExistsException"
    assert refused(pool.client.sign_up, **call | {"Username": "no address"})[0] == "InvalidParameterException"


@pytest.mark.feature("Cognito", "password policies")
@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("Sh0rt!", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rds", "Password must have symbol characters"),
    ],
)
def test_a_password_must_conform(pool: Pool, password: str, message: str) -> None:
    """Guide: managing-users-passwords."""
    call = {"ClientId": pool.client_id, "Username": next(names), "Password": password}
    want = "InvalidPasswordException", f"Password did not conform with policy: {message}"
    assert refused(pool.client.sign_up, **call) == want


@pytest.mark.feature("Cognito", "password policies")
def test_a_policy_may_ask_for_less(new_pool: Callable[..., Pool]) -> None:
    less = {"MinimumLength": 6, "RequireUppercase": False, "RequireNumbers": False, "RequireSymbols": False}
    pool = new_pool(Policies={"PasswordPolicy": {**less, "RequireLowercase": True}})
    pool.client.sign_up(ClientId=pool.client_id, Username="someone", Password="simple")


@pytest.mark.feature("Cognito", "sign-in by password (USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH)")
class TestPassword:
    def test_an_administrator_signs_a_user_in(self, pool: Pool) -> None:
        call = {"UserPoolId": pool.id, "ClientId": pool.client_id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
        parameters = {"USERNAME": pool.user(), "PASSWORD": PASSWORD}
        answer = pool.client.admin_initiate_auth(**call, AuthParameters=parameters)
        assert set(answer["AuthenticationResult"]) == {
            "AccessToken",
            "ExpiresIn",
            "IdToken",
            "RefreshToken",
            "TokenType",
        }
        wrong = parameters | {"PASSWORD": "other"}
        want = "NotAuthorizedException", "Incorrect username or password."
        assert refused(pool.client.admin_initiate_auth, **call, AuthParameters=wrong) == want

    def test_a_wrong_password_is_refused(self, pool: Pool) -> None:
        want = "NotAuthorizedException", "Incorrect username or password."
        assert refused(pool.sign_in, name=pool.user(), password="Other0ne!") == want

    def test_a_disabled_user_is_refused(self, pool: Pool) -> None:
        name = pool.user()
        pool.client.admin_disable_user(UserPoolId=pool.id, Username=name)
        assert refused(pool.sign_in, name=name) == ("NotAuthorizedException", "User is disabled.")

    def test_whether_a_user_exists_is_told_unless_the_client_prevents_it(self, new_pool: Callable[..., Pool]) -> None:
        """Guide: cognito-user-pool-managing-errors."""
        telling, silent = new_pool(), new_pool({"PreventUserExistenceErrors": "ENABLED"})
        assert refused(telling.sign_in, name="nobody") == ("UserNotFoundException", "User does not exist.")
        want = "NotAuthorizedException", "Incorrect username or password."
        assert refused(silent.sign_in, name="nobody") == want

    def test_a_client_allows_the_flows_it_names(self, new_pool: Callable[..., Pool]) -> None:
        """API reference of CreateUserPoolClient: without ExplicitAuthFlows, SRP and refresh tokens."""
        pool = new_pool({"ExplicitAuthFlows": []})
        want = "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"
        assert refused(pool.sign_in, name=pool.user()) == want

    def test_the_public_call_has_no_administrators_flow(self, pool: Pool) -> None:
        call = {"ClientId": pool.client_id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": {}}
        want = "InvalidParameterException", "Initiate Auth method not supported"
        assert refused(pool.client.initiate_auth, **call) == want


@pytest.mark.feature("Cognito", "clients with a secret (SECRET_HASH)")
def test_who_knows_the_secret_proves_it(new_pool: Callable[..., Pool]) -> None:
    """Guide: signing-up-users-in-your-app, "Computing secret hash values"."""
    pool = new_pool({"GenerateSecret": True})
    described = pool.client.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)
    secret = described["UserPoolClient"]["ClientSecret"].encode()
    name = pool.user()
    proof = base64.b64encode(hmac.digest(secret, f"{name}{pool.client_id}".encode(), "sha256")).decode()

    def sign_in(**more: str) -> Any:
        parameters = {"USERNAME": name, "PASSWORD": PASSWORD, **more}
        call = {"ClientId": pool.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        return pool.client.initiate_auth(**call)

    token = sign_in(SECRET_HASH=proof)["AuthenticationResult"]["RefreshToken"]
    assert pool.refresh(token, SECRET_HASH=proof)
    message = f"Client {pool.client_id} is configured with secret but SECRET_HASH was not received"
    assert refused(sign_in) == ("NotAuthorizedException", message)
    message = f"Unable to verify secret hash for client {pool.client_id}"
    assert refused(sign_in, SECRET_HASH="wrong") == ("NotAuthorizedException", message)
    assert refused(pool.refresh, token=token, SECRET_HASH="wrong") == ("NotAuthorizedException", message)


@pytest.mark.feature("Cognito", "users made by administrators, with a new password at first sign-in")
class TestAdminCreated:
    def test_the_temporary_password_is_sent_and_must_be_changed(self, pool: Pool) -> None:
        """Guide: how-to-create-user-accounts; the challenge NEW_PASSWORD_REQUIRED."""
        name = next(names)
        address = [{"Name": "email", "Value": "new@example.com"}]
        pool.client.admin_create_user(UserPoolId=pool.id, Username=name, UserAttributes=address)
        challenge = pool.sign_in(name, pool.code(name))
        assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        assert json.loads(challenge["ChallengeParameters"]["userAttributes"]) == {"email": "new@example.com"}
        answer = {
            "ClientId": pool.client_id,
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": challenge["Session"],
            "ChallengeResponses": {"USERNAME": name, "NEW_PASSWORD": PASSWORD, "userAttributes.name": "N"},
        }
        weak = answer | {"ChallengeResponses": {"USERNAME": name, "NEW_PASSWORD": "weak"}}
        assert refused(pool.client.respond_to_auth_challenge, **weak)[0] == "InvalidPasswordException"
        other = answer | {"ChallengeResponses": {"USERNAME": pool.user(), "NEW_PASSWORD": PASSWORD}}
        want = "NotAuthorizedException", "Invalid session for the user."
        assert refused(pool.client.respond_to_auth_challenge, **other) == want
        tokens = pool.client.respond_to_auth_challenge(**answer)["AuthenticationResult"]
        assert claims_of(tokens["IdToken"])["name"] == "N"
        assert refused(pool.client.respond_to_auth_challenge, **answer) == want
        assert pool.tokens(name)

    def test_nothing_is_sent_if_suppressed(self, new_pool: Callable[..., Pool]) -> None:
        pool = new_pool()
        address = [{"Name": "email", "Value": "new@example.com"}]
        call = {"UserPoolId": pool.id, "Username": "a", "UserAttributes": address, "MessageAction": "SUPPRESS"}
        pool.client.admin_create_user(**call)
        assert get(f"{pool.url}/_localdev/cognito/{pool.id}/messages") == []


@pytest.mark.feature("Cognito", "forgotten and changed passwords")
class TestNewPasswords:
    def test_a_code_takes_the_place_of_a_forgotten_password(self, pool: Pool) -> None:
        name = pool.user(email="a@example.com", email_verified="true")
        pool.client.forgot_password(ClientId=pool.client_id, Username=name)
        call = {"ClientId": pool.client_id, "Username": name, "Password": "An0ther!"}
        wrong = call | {"ConfirmationCode": "wrong"}
        assert refused(pool.client.confirm_forgot_password, **wrong)[0] == "CodeMismatchException"
        right = call | {"ConfirmationCode": pool.code(name)}
        pool.client.confirm_forgot_password(**right)
        assert pool.sign_in(name, "An0ther!")
        assert refused(pool.client.confirm_forgot_password, **right)[0] == "ExpiredCodeException"

    def test_an_address_that_is_not_verified_gets_none(self, pool: Pool) -> None:
        call = {"ClientId": pool.client_id, "Username": pool.user(email="a@example.com")}
        assert refused(pool.client.forgot_password, **call)[0] == "InvalidParameterException"

    def test_who_is_signed_in_changes_it(self, pool: Pool) -> None:
        name = pool.user()
        token = pool.tokens(name)["AccessToken"]
        call = {"AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": "An0ther!"}
        wrong = call | {"PreviousPassword": "wrong"}
        assert refused(pool.client.change_password, **wrong)[0] == "NotAuthorizedException"
        pool.client.change_password(**call)
        assert pool.sign_in(name, "An0ther!")


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
        pool.client.global_sign_out(AccessToken=first["AccessToken"])
        for each in (first, second):
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


def whole_pi_times_two_to(bits: int) -> int:
    """By Machin's formula, with 64 bits to spare."""
    one = 1 << (bits + 64)

    def arctan_of_one_by(number: int) -> int:
        term, total, count = one // number, 0, 0
        while term:
            total += (-1) ** count * term // (2 * count + 1)
            term //= number * number
            count += 1
        return total

    return 4 * (4 * arctan_of_one_by(5) - arctan_of_one_by(239)) >> 64


class SrpClient:
    """The client's side, from RFC 5054 and RFC 2945; the key is derived as Cognito's own clients do."""

    generator = 2
    # RFC 3526, 5, which RFC 5054 takes over for 3072 bits.
    prime = 2**3072 - 2**3008 - 1 + 2**64 * (whole_pi_times_two_to(2942) + 1690314)

    def __init__(self) -> None:
        self.private = secrets.randbits(1024)
        self.public = pow(self.generator, self.private, self.prime)

    def sign(self, pool_name: str, password: str, challenge: dict[str, str], timestamp: str) -> str:
        server, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        user = challenge["USER_ID_FOR_SRP"]
        identity = hashlib.sha256(f"{pool_name}{user}:{password}".encode()).hexdigest()
        x = self.hashed(self.hex(salt) + identity)
        k = self.hashed(self.hex(self.prime) + self.hex(self.generator))
        u = self.hashed(self.hex(self.public) + self.hex(server))
        base = (server - k * pow(self.generator, x, self.prime)) % self.prime
        shared = bytes.fromhex(self.hex(pow(base, self.private + u * x, self.prime)))
        prepared = hmac.digest(bytes.fromhex(self.hex(u)), shared, "sha256")
        key = hmac.digest(prepared, b"Caldera Derived Key" + bytes([1]), "sha256")[:16]
        block = base64.b64decode(challenge["SECRET_BLOCK"])
        message = pool_name.encode() + user.encode() + block + timestamp.encode()
        return base64.b64encode(hmac.digest(key, message, "sha256")).decode()

    @staticmethod
    def hex(number: int) -> str:
        digits = f"{number:x}"
        if len(digits) % 2:
            return f"0{digits}"
        return f"00{digits}" if digits[0] in "89abcdef" else digits

    @staticmethod
    def hashed(digits: str) -> int:
        return int(hashlib.sha256(bytes.fromhex(digits)).hexdigest(), 16)


@pytest.mark.feature("Cognito", "sign-in by USER_SRP_AUTH")
class TestSrp:
    """Guide: amazon-cognito-user-pools-authentication-flow-methods, "Sign-in with SRP"; RFC 5054's 3072-bit group."""

    def sign_in(self, pool: Pool, name: str, password: str) -> Any:
        client = SrpClient()
        parameters = {"USERNAME": name, "SRP_A": f"{client.public:x}"}
        begun = pool.client.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
        assert begun["ChallengeName"] == "PASSWORD_VERIFIER"
        challenge = begun["ChallengeParameters"]
        timestamp = "Sat Nov 21 12:00:00 UTC 2026"
        responses = {
            "USERNAME": challenge["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": client.sign(pool.id.split("_")[1], password, challenge, timestamp),
            "TIMESTAMP": timestamp,
        }
        return pool.client.respond_to_auth_challenge(
            ClientId=pool.client_id, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses
        )

    def test_who_knows_the_password_signs_in(self, pool: Pool) -> None:
        name = pool.user()
        for _ in range(5):  # numbers with and without a leading bit
            assert self.sign_in(pool, name, PASSWORD)["AuthenticationResult"]["IdToken"]

    def test_who_does_not_is_refused(self, pool: Pool) -> None:
        want = "NotAuthorizedException", "Incorrect username or password."
        assert refused(self.sign_in, pool=pool, name=pool.user(), password="Other0ne!") == want

    def test_a_temporary_password_must_be_changed(self, pool: Pool) -> None:
        name = next(names)
        pool.client.admin_create_user(UserPoolId=pool.id, Username=name, TemporaryPassword=PASSWORD)
        assert self.sign_in(pool, name, PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


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
