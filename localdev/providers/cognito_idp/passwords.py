"""Passwords: the pool's policy, and changing them.

https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
import secrets
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.moto import call_moto
from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool, UserStatus

from localdev.providers.cognito_idp import inbox
from localdev.providers.cognito_idp.found import client_named, existing_user, pool_of, refuse, user_signed_in
from localdev.providers.cognito_idp.secret_hash import check_secret_hash
from localdev.providers.cognito_idp.triggers import run

LONGEST = 256
SYMBOLS = r"[\^$*.\[\]{}()?\"!@#%&/\\,><':;|_~`=+\- ]"
REQUIRED = (
    ("RequireLowercase", "[a-z]", "Password must have lowercase characters"),
    ("RequireUppercase", "[A-Z]", "Password must have uppercase characters"),
    ("RequireNumbers", "[0-9]", "Password must have numeric characters"),
    ("RequireSymbols", SYMBOLS, "Password must have symbol characters"),
)


def check_policy(pool: CognitoIdpUserPool, password: str) -> None:
    policy = (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    lacks = ((setting, message) for setting, wanted, message in REQUIRED if not re.search(wanted, password))
    broken = [message for setting, message in lacks if policy.get(setting)]
    if len(password) < policy.get("MinimumLength", 8):
        broken.insert(0, "Password not long enough")
    elif len(password) > LONGEST:
        broken.insert(0, "Password too long")
    if broken:
        raise refuse("InvalidPasswordException", f"Password did not conform with policy: {broken[0]}")


def take_code(user: CognitoIdpUser, code: str) -> None:
    """A code that was sent works once."""
    if user.confirmation_code is None:
        raise refuse("ExpiredCodeException", "Invalid code provided, please request a code again.")
    if not secrets.compare_digest(user.confirmation_code, code):
        raise refuse("CodeMismatchException", "Invalid verification code provided, please try again.")
    user.confirmation_code = None


def verify_address(user: CognitoIdpUser) -> None:
    """Whoever has a code that was sent there has the address."""
    attribute = "email" if user.attribute_lookup.get("email") else "phone_number"
    user.update_attributes([{"Name": f"{attribute}_verified", "Value": "true"}])


class Passwords:
    @handler("ForgotPassword", expand=False)
    def forgot_password(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        check_secret_hash(client, request["Username"], request.get("SecretHash"))
        user = existing_user(pool, request["Username"])
        have = user.attribute_lookup
        if "true" not in (have.get("email_verified"), have.get("phone_number_verified")):
            message = "Cannot reset password for the user as there is no registered/verified email or phone_number"
            raise refuse("InvalidParameterException", message)
        return {"CodeDeliveryDetails": inbox.send_code(pool, user)}

    @handler("ConfirmForgotPassword", expand=False)
    def confirm_forgot_password(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        check_secret_hash(client, request["Username"], request.get("SecretHash"))
        user = existing_user(pool, request["Username"])
        check_policy(pool, request["Password"])
        take_code(user, request["ConfirmationCode"])
        user.password = request["Password"]
        user.status = UserStatus.CONFIRMED
        run(pool, "PostConfirmation_ConfirmForgotPassword", client, user, {}, {})
        return {}

    @handler("AdminResetUserPassword", expand=False)
    def admin_reset_user_password(self, context: RequestContext, request: dict[str, Any]) -> Any:
        answer = call_moto(context)
        pool = pool_of(context, request["UserPoolId"])
        inbox.send_code(pool, existing_user(pool, request["Username"]))
        return answer

    @handler("AdminSetUserPassword", expand=False)
    def admin_set_user_password(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        user = existing_user(pool, request["Username"])
        check_policy(pool, request["Password"])
        user.password = request["Password"]
        user.status = UserStatus.CONFIRMED if request.get("Permanent") else UserStatus.FORCE_CHANGE_PASSWORD
        return {}

    @handler("ChangePassword", expand=False)
    def change_password(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, user = user_signed_in(request["AccessToken"])
        if user.password != request.get("PreviousPassword"):
            raise refuse("NotAuthorizedException", "Incorrect username or password.")
        check_policy(pool, request["ProposedPassword"])
        user.password = request["ProposedPassword"]
        return {}
