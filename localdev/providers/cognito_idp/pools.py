"""Pools: a key of their own each, and a clear no to what the emulator would only pretend to do."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.moto import call_moto

from localdev.providers.cognito_idp import tokens
from localdev.providers.cognito_idp.found import not_emulated, pool_of
from localdev.providers.cognito_idp.triggers import EMULATED

SECOND_FACTOR = "second factor (MFA)"
HOSTED = "hosted UI: users sign in through the API (InitiateAuth)"


class Pools:
    @handler("CreateUserPool", expand=False)
    def create_user_pool(self, context: RequestContext, request: dict[str, Any]) -> Any:
        check(request)
        answer = call_moto(context)
        tokens.give_key(pool_of(context, answer["UserPool"]["Id"]))
        return answer

    @handler("UpdateUserPool", expand=False)
    def update_user_pool(self, context: RequestContext, request: dict[str, Any]) -> Any:
        check(request)
        return call_moto(context)

    @handler("SetUserPoolMfaConfig", expand=False)
    def set_user_pool_mfa_config(self, context: RequestContext, request: dict[str, Any]) -> Any:
        check(request)
        return call_moto(context)

    @handler("CreateUserPoolDomain", expand=False)
    def create_user_pool_domain(self, context: RequestContext, request: dict[str, Any]) -> Any:
        raise not_emulated(HOSTED)

    @handler("AssociateSoftwareToken", expand=False)
    def associate_software_token(self, context: RequestContext, request: dict[str, Any]) -> Any:
        raise not_emulated(SECOND_FACTOR)

    @handler("SetUserMFAPreference", expand=False)
    def set_user_mfa_preference(self, context: RequestContext, request: dict[str, Any]) -> Any:
        raise not_emulated(SECOND_FACTOR)

    @handler("AdminSetUserMFAPreference", expand=False)
    def admin_set_user_mfa_preference(self, context: RequestContext, request: dict[str, Any]) -> Any:
        raise not_emulated(SECOND_FACTOR)


def check(request: dict[str, Any]) -> None:
    """Raises what `not_emulated` makes. An optional second factor is no lie: nobody can set one up."""
    if request.get("MfaConfiguration") == "ON":
        raise not_emulated(SECOND_FACTOR)
    if lacking := sorted(set(request.get("LambdaConfig") or {}) - EMULATED):
        raise not_emulated(f"Lambda trigger {', '.join(lacking)}; it has {', '.join(sorted(EMULATED))}")
