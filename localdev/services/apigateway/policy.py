"""Whether the policy that a Lambda authorizer returned allows a call.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localdev.policies import like

INVOKE = "execute-api:Invoke"


class InvalidPolicy(Exception):
    """Nothing that can be decided by."""


def decide(policy: Any, method_arn: str) -> str | None:
    """``Allow``, ``Deny``, or None where no statement is about the method. Raises InvalidPolicy."""
    effects = {statement["Effect"] for statement in statements(policy) if concerns(statement, method_arn)}
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else None


def statements(policy: Any) -> Iterator[dict[str, Any]]:
    found = policy.get("Statement") if isinstance(policy, dict) else None
    for statement in found if isinstance(found, list) else [found]:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise InvalidPolicy("the policy has a statement that neither allows nor denies")
        if statement.get("Condition"):
            raise InvalidPolicy("the policy has a condition, and conditions are not emulated")
        yield statement


def concerns(statement: dict[str, Any], method_arn: str) -> bool:
    """By action, whose case does not matter, and by resource."""
    return _named(statement, "Action", INVOKE, ignore_case=True) and _named(statement, "Resource", method_arn)


def _named(statement: dict[str, Any], element: str, value: str, *, ignore_case: bool = False) -> bool:
    opposite = f"Not{element}"
    if (element in statement) == (opposite in statement):
        raise InvalidPolicy(f"the policy has a statement without {element}")
    patterns = statement.get(element, statement.get(opposite))
    if not isinstance(patterns, list):
        patterns = [patterns]
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise InvalidPolicy(f"the policy has a statement whose {element} is no text")
    named = any(like(pattern, value, ignore_case=ignore_case) for pattern in patterns)
    return named == (element in statement)
