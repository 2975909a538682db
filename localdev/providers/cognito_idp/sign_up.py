"""How users come to be: by themselves with a code, or made by an administrator with a temporary password.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import random
import re
import secrets
import string
from typing import Any

from localstack.aws.api import RequestContext, handler
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, UserStatus
from moto.cognitoidp.utils import validate_username_format

from localdev.providers.cognito_idp import inbox
from localdev.providers.cognito_idp.found import (
    Attributes,
    client_named,
    existing_user,
    pool_of,
    refuse,
    required_attributes,
    user_named,
)
from localdev.providers.cognito_idp.passwords import check_policy, take_code, verify_address
from localdev.providers.cognito_idp.secret_hash import check_secret_hash
from localdev.providers.cognito_idp.triggers import run

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class SignUp:
    @handler("SignUp", expand=False)
    def sign_up(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        name = request["Username"]
        check_secret_hash(client, name, request.get("SecretHash"))
        if pool.extended_config["AdminCreateUserConfig"].get("AllowAdminCreateUserOnly"):
            raise refuse("NotAuthorizedException", "SignUp is not permitted for this user pool")
        check_policy(pool, request["Password"])
        attributes = request.get("UserAttributes") or []
        user = _new_user(pool, name, request["Password"], UserStatus.UNCONFIRMED, attributes)
        check_attributes(pool, user)
        decided = run(pool, "PreSignUp_SignUp", client, user, _data(request), dict(_UNDECIDED))
        pool.users[user.username] = user
        _verify(user, decided)
        answer: dict[str, Any] = {"UserConfirmed": bool(decided.get("autoConfirmUser")), "UserSub": user.id}
        if answer["UserConfirmed"]:
            user.status = UserStatus.CONFIRMED
            run(pool, "PostConfirmation_ConfirmSignUp", client, user, {}, {})
        elif pool.extended_config.get("AutoVerifiedAttributes") and (sent := inbox.send_code(pool, user)):
            answer["CodeDeliveryDetails"] = sent
        return answer

    @handler("ResendConfirmationCode", expand=False)
    def resend_confirmation_code(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        check_secret_hash(client, request["Username"], request.get("SecretHash"))
        user = existing_user(pool, request["Username"])
        if user.status is not UserStatus.UNCONFIRMED:
            raise refuse("InvalidParameterException", "User is already confirmed.")
        return {"CodeDeliveryDetails": inbox.send_code(pool, user)}

    @handler("ConfirmSignUp", expand=False)
    def confirm_sign_up(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        check_secret_hash(client, request["Username"], request.get("SecretHash"))
        user = existing_user(pool, request["Username"])
        _require_unconfirmed(user)
        take_code(user, request["ConfirmationCode"])
        verify_address(user)
        user.status = UserStatus.CONFIRMED
        run(pool, "PostConfirmation_ConfirmSignUp", client, user, {}, {})
        return {}

    @handler("AdminConfirmSignUp", expand=False)
    def admin_confirm_sign_up(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        user = existing_user(pool, request["Username"])
        _require_unconfirmed(user)
        user.status = UserStatus.CONFIRMED
        run(pool, "PostConfirmation_ConfirmSignUp", None, user, {}, {})
        return {}

    @handler("AdminCreateUser", expand=False)
    def admin_create_user(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        password = request.get("TemporaryPassword")
        if password:
            check_policy(pool, password)
        password = password or _random_password(pool)
        if request.get("MessageAction") == "RESEND":
            user = existing_user(pool, request["Username"])
            user.password = password
        else:
            attributes = request.get("UserAttributes") or []
            user = _new_user(pool, request["Username"], password, UserStatus.FORCE_CHANGE_PASSWORD, attributes)
            _verify(user, run(pool, "PreSignUp_AdminCreateUser", None, user, _data(request), dict(_UNDECIDED)))
            pool.users[user.username] = user
        if request.get("MessageAction") != "SUPPRESS":
            template = pool.extended_config["AdminCreateUserConfig"].get("InviteMessageTemplate") or {}
            inbox.send(pool, user, _INVITATION | template, password)
        return {"User": user.to_json(extended=True)}


_UNDECIDED = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
_INVITATION = {
    "SMSMessage": "Your username is {username} and temporary password is {####}. ",
    "EmailMessage": "Your username is {username} and temporary password is {####}. ",
    "EmailSubject": "Your temporary password",
}


def _new_user(
    pool: CognitoIdpUserPool, name: str, password: str, status: UserStatus, attributes: Attributes
) -> CognitoIdpUser:
    """Not yet in the pool. Where an address serves as the name, the user's name proper is the ``sub``."""
    if user_named(pool, name):
        raise refuse("UsernameExistsException", "User already exists")
    attributes = [dict(attribute) for attribute in attributes]
    kinds = pool.extended_config.get("UsernameAttributes") or []
    if not kinds:
        return CognitoIdpUser(pool.id, name, password, status, attributes)
    kind = next((kind for kind in kinds if validate_username_format(name, kind)), None)
    if kind is None:
        raise refuse("InvalidParameterException", "Username should be either an email or a phone number.")
    user = CognitoIdpUser(pool.id, None, password, status, attributes)
    user.update_attributes([{"Name": kind, "Value": name}])
    return user


def check_attributes(pool: CognitoIdpUserPool, user: CognitoIdpUser) -> None:
    """Required ones are there, no others than the schema knows, and an address looks like one."""
    have = user.attribute_lookup
    missing = [name for name in required_attributes(pool) if not have.get(name)]
    if missing:
        problems = "".join(f"{name}: The attribute is required\n" for name in missing)
        raise refuse("InvalidParameterException", f"Attributes did not conform to the schema: {problems}")
    if not EMAIL.fullmatch(have.get("email", "a@b")):
        raise refuse("InvalidParameterException", "Invalid email address format.")
    unknown = [name for name in have if name.startswith("custom:") and name not in pool.schema_attributes]
    if unknown:
        message = (
            f"Attributes did not conform to the schema: Type for attribute {{{unknown[0]}}} could not be determined"
        )
        raise refuse("InvalidParameterException", message)


def _data(request: dict[str, Any]) -> dict[str, Any]:
    """What a PreSignUp function is told beside the user's attributes."""
    validation = {each["Name"]: each["Value"] for each in request.get("ValidationData") or []}
    return {"validationData": validation, "clientMetadata": request.get("ClientMetadata") or {}}


def _verify(user: CognitoIdpUser, decided: dict[str, Any]) -> None:
    for decision, attribute in (("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")):
        if decided.get(decision):
            user.update_attributes([{"Name": f"{attribute}_verified", "Value": "true"}])


def _require_unconfirmed(user: CognitoIdpUser) -> None:
    if user.status is not UserStatus.UNCONFIRMED:
        message = f"User cannot be confirmed. Current status is {UserStatus(user.status).value}"
        raise refuse("NotAuthorizedException", message)


def _random_password(pool: CognitoIdpUserPool) -> str:
    """One that the pool's policy takes."""
    shortest = pool.extended_config["Policies"]["PasswordPolicy"].get("MinimumLength", 8)
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!@#%*")
    letters = [secrets.choice(kind) for kind in kinds * (shortest // 4 + 1)]
    random.SystemRandom().shuffle(letters)
    return "".join(letters)
