"""What policies of Lambda authorizers say.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-policy-language-overview.html
"""

from __future__ import annotations

from typing import Any

import pytest

from localdev.services.apigateway.policy import InvalidPolicy, decide

ARN = "arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/pets/5"
STAGE = "arn:aws:execute-api:us-east-1:000000000000:api/prod/"


def allow(**changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"} | changes


@pytest.mark.parametrize(
    ("resource", "want"),
    [
        (ARN, "Allow"),
        (f"{STAGE}GET/*", "Allow"),
        (f"{STAGE}*/pets/5", "Allow"),
        (f"{STAGE}GET/pets/?", "Allow"),
        ([f"{STAGE}POST/pets/5", ARN], "Allow"),
        ("*/5", "Allow"),
        (f"{STAGE}POST/*", None),
        (f"{STAGE}GET/pets", None),
        (f"{STAGE}GET/pets/??", None),
        (ARN.upper(), None),
        ([], None),
    ],
)
def test_resources(resource: Any, want: str | None) -> None:
    assert decide({"Statement": [allow(Resource=resource)]}, ARN) == want


@pytest.mark.parametrize(
    ("action", "want"),
    [("execute-api:invoke", "Allow"), ("execute-api:*", "Allow"), ("*", "Allow"), ("s3:*", None)],
)
def test_actions(action: str, want: str | None) -> None:
    assert decide({"Statement": allow(Action=action)}, ARN) == want


def test_a_deny_goes_before_every_allow() -> None:
    assert decide({"Statement": [allow(Effect="Deny"), allow()]}, ARN) == "Deny"
    assert decide({"Statement": [allow(Effect="Deny", Resource="other"), allow()]}, ARN) == "Allow"


def test_everything_but() -> None:
    statement = {"Effect": "Allow", "Action": "*", "NotResource": f"{STAGE}GET/*"}
    assert decide({"Statement": statement}, ARN) is None
    assert decide({"Statement": statement | {"NotResource": f"{STAGE}POST/*"}}, ARN) == "Allow"
    assert decide({"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}, ARN) == "Allow"


@pytest.mark.parametrize(
    "policy",
    [
        None,
        "text",
        {},
        {"Statement": "text"},
        {"Statement": [allow(Effect="allow")]},
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [allow(NotResource="*")]},
        {"Statement": [allow(Resource=[5])]},
        {"Statement": [allow(Condition={"Bool": {"aws:SecureTransport": "true"}})]},
    ],
)
def test_no_decision_without_a_policy_that_is_understood(policy: Any) -> None:
    with pytest.raises(InvalidPolicy):
        decide(policy, ARN)
