"""User pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.cognito_idp.pool import FLOWS, Pool


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
