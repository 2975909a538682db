"""A user pool with one client, and what the tests do with it."""

from __future__ import annotations

import base64
import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Passw0rd!"


FLOWS = [f"ALLOW_{flow}_AUTH" for flow in ("USER_PASSWORD", "ADMIN_USER_PASSWORD", "USER_SRP", "REFRESH_TOKEN")]


names = (f"user{number}" for number in itertools.count())


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
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
