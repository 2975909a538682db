"""Whether the policy that a Lambda authorizer returned allows a call.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

from typing import Any

from localdev.policies import Need, Verdict, judge, many

INVOKE = "execute-api:Invoke"


class InvalidPolicy(Exception):
    """Nothing that can be decided by."""


def decide(policy: Any, need: Need) -> Verdict:
    """Raises InvalidPolicy."""
    for statement in many(policy.get("Statement") if isinstance(policy, dict) else None):
        check_statement(statement)
    return judge(policy, need)


def check_statement(statement: Any) -> None:
    """Raises InvalidPolicy."""
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise InvalidPolicy("the policy has a statement that neither allows nor denies")
    for element in ("Action", "Resource"):
        opposite = f"Not{element}"
        if (element in statement) == (opposite in statement):
            raise InvalidPolicy(f"the policy has a statement without {element}")
        if not all(isinstance(pattern, str) for pattern in many(statement.get(element, statement.get(opposite)))):
            raise InvalidPolicy(f"the policy has a statement whose {element} is no text")
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(isinstance(keys, dict) for keys in conditions.values()):
        raise InvalidPolicy("the policy has a condition without an operator or a key")
