"""What policies of Lambda authorizers say.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-policy-language-overview.html
"""

from __future__ import annotations

from typing import Any

import pytest

from localdev.policies import Need, Verdict
from localdev.services.apigateway.policy import INVOKE, InvalidPolicy, decide

ARN = "arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/pets/5"
STAGE = "arn:aws:execute-api:us-east-1:000000000000:api/prod/"
NEED = Need(INVOKE, ARN, {"aws:sourceip": "127.0.0.1"})


def allow(**changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"} | changes


@pytest.mark.parametrize(
    ("resource", "want"),
    [
        (ARN, Verdict.ALLOW),
        (f"{STAGE}GET/*", Verdict.ALLOW),
        (f"{STAGE}*/pets/5", Verdict.ALLOW),
        (f"{STAGE}GET/pets/?", Verdict.ALLOW),
        ([f"{STAGE}POST/pets/5", ARN], Verdict.ALLOW),
        ("*/5", Verdict.ALLOW),
        (f"{STAGE}POST/*", Verdict.SILENT),
        (f"{STAGE}GET/pets", Verdict.SILENT),
        (f"{STAGE}GET/pets/??", Verdict.SILENT),
        (ARN.upper(), Verdict.SILENT),
        ([], Verdict.SILENT),
    ],
)
def test_resources(resource: Any, want: Verdict) -> None:
    assert decide({"Statement": [allow(Resource=resource)]}, NEED) is want


@pytest.mark.parametrize(
    ("action", "want"),
    [
        ("execute-api:invoke", Verdict.ALLOW),
        ("execute-api:*", Verdict.ALLOW),
        ("*", Verdict.ALLOW),
        ("s3:*", Verdict.SILENT),
    ],
)
def test_actions(action: str, want: Verdict) -> None:
    assert decide({"Statement": allow(Action=action)}, NEED) is want


def test_a_deny_goes_before_every_allow() -> None:
    assert decide({"Statement": [allow(Effect="Deny"), allow()]}, NEED) is Verdict.DENY
    assert decide({"Statement": [allow(Effect="Deny", Resource="other"), allow()]}, NEED) is Verdict.ALLOW


@pytest.mark.parametrize(("address", "want"), [("127.0.0.0/8", Verdict.ALLOW), ("203.0.113.0/24", Verdict.SILENT)])
def test_conditions(address: str, want: Verdict) -> None:
    assert decide({"Statement": allow(Condition={"IpAddress": {"aws:SourceIp": address}})}, NEED) is want


def test_everything_but() -> None:
    statement = {"Effect": "Allow", "Action": "*", "NotResource": f"{STAGE}GET/*"}
    assert decide({"Statement": statement}, NEED) is Verdict.SILENT
    assert decide({"Statement": statement | {"NotResource": f"{STAGE}POST/*"}}, NEED) is Verdict.ALLOW
    assert decide({"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}, NEED) is Verdict.ALLOW


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
        {"Statement": [allow(Condition={"IpAddress": "127.0.0.1"})]},
        {"Statement": [allow(Condition=["IpAddress"])]},
    ],
)
def test_no_decision_without_a_policy_that_is_understood(policy: Any) -> None:
    with pytest.raises(InvalidPolicy):
        decide(policy, NEED)
