from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

PASSWORD = "Passw0rd!"


def make(of: Any, memo: dict[str, Any]) -> None:
    cognito = of("cognito-idp")
    pool = memo["pool"] = cognito.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"][
        "Id"
    ]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="page", ExplicitAuthFlows=flows)
    memo["client"] = client["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool, GroupName="staff", Precedence=1)
    email = [{"Name": "email", "Value": "ada@example.com"}]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", UserAttributes=email)
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="ada", GroupName="staff")
    cognito.sign_up(ClientId=memo["client"], Username="bob", Password=PASSWORD, UserAttributes=email)
    memo["tokens"] = sign_in(of, memo, USERNAME="ada", PASSWORD=PASSWORD)
    memo["code"] = messages(of, memo)[-1]["code"]


def sign_in(of: Any, memo: dict[str, Any], flow: str = "USER_PASSWORD_AUTH", **parameters: str) -> Any:
    answer = of("cognito-idp").initiate_auth(ClientId=memo["client"], AuthFlow=flow, AuthParameters=parameters)
    return answer["AuthenticationResult"]


def fetched(url: str) -> Any:
    with urlopen(url, timeout=60) as answer:
        return json.load(answer)


def messages(of: Any, memo: dict[str, Any]) -> Any:
    return fetched(f"{of.url}/_localdev/cognito/{memo['pool']}/messages")


def look(of: Any, memo: dict[str, Any]) -> Any:
    cognito, pool = of("cognito-idp"), {"UserPoolId": memo["pool"]}
    return [
        cognito.list_user_pools(MaxResults=9),
        cognito.describe_user_pool(**pool),
        cognito.describe_user_pool_client(**pool, ClientId=memo["client"]),
        cognito.list_users(**pool),
        cognito.list_groups(**pool),
        cognito.list_users_in_group(**pool, GroupName="staff"),
        cognito.get_user(AccessToken=memo["tokens"]["AccessToken"]),
        fetched(f"{of.url}/{memo['pool']}/.well-known/jwks.json"),
        messages(of, memo),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """Tokens of before are taken, and so are the code and the password."""
    cognito = of("cognito-idp")
    refreshed = sign_in(of, memo, "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=memo["tokens"]["RefreshToken"])
    assert cognito.get_user(AccessToken=refreshed["AccessToken"])["Username"] == "ada"
    cognito.confirm_sign_up(ClientId=memo["client"], Username="bob", ConfirmationCode=memo["code"])
    for name in ("ada", "bob"):
        assert sign_in(of, memo, USERNAME=name, PASSWORD=PASSWORD)["AccessToken"]
    cognito.global_sign_out(AccessToken=memo["tokens"]["AccessToken"])
