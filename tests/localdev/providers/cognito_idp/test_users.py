"""Cognito's users: how they come, and prove who they are."""

from __future__ import annotations

import base64
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.cognito_idp.pool import PASSWORD, Pool, claims_of, get, names, refused


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

    def test_an_address_looks_like_one(self, pool: Pool) -> None:
        address = [{"Name": "email", "Value": "not-mail"}]
        arguments = {"ClientId": pool.client_id, "Username": next(names), "Password": PASSWORD}
        want = "InvalidParameterException", "Invalid email address format."
        assert refused(pool.client.sign_up, UserAttributes=address, **arguments) == want

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
