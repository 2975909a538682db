"""The end of what users signed in for, and of users themselves.

https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cognito_idp.found import client_named, existing_user, pool_of, refuse, user_signed_in
from localdev.providers.cognito_idp.kept import kept
from localdev.providers.cognito_idp.tokens import revoke, revoke_login


class SignOut:
    @handler("GlobalSignOut", expand=False)
    def global_sign_out(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, user = user_signed_in(request["AccessToken"])
        revoke(pool, user.username)
        return {}

    @handler("AdminUserGlobalSignOut", expand=False)
    def admin_user_global_sign_out(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool = pool_of(context, request["UserPoolId"])
        revoke(pool, existing_user(pool, request["Username"]).username)
        return {}

    @handler("RevokeToken", expand=False)
    def revoke_token(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, client = client_named(request["ClientId"])
        if client.generate_secret and request.get("ClientSecret") != client.secret:
            raise refuse("UnauthorizedException", "Invalid client secret")
        if request["Token"] in kept(pool).logins:
            revoke_login(pool, request["Token"])
        return {}

    @handler("GetUser", expand=False)
    def get_user(self, context: RequestContext, request: dict[str, Any]) -> Any:
        _, user = user_signed_in(request["AccessToken"])
        return user.to_json(extended=True, attributes_key="UserAttributes")

    @handler("DeleteUser", expand=False)
    def delete_user(self, context: RequestContext, request: dict[str, Any]) -> Any:
        pool, user = user_signed_in(request["AccessToken"])
        revoke(pool, user.username)
        for group in user.groups:
            group.users.discard(user)
        del pool.users[user.username]
        return {}
