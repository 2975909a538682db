"""What policy documents say of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Left out: policy variables
and IpAddress. A condition that is not understood allows nothing, and denies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

Document = Mapping[str, Any]
Statement = Mapping[str, Any]


# What keeps a statement about everybody from being public, as long as no value is a mere wildcard.
NARROWING = frozenset(
    {
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)


class Verdict(Enum):
    SILENT = 0
    ALLOW = 1
    DENY = 2


@dataclass(frozen=True)
class Need:
    """One right that a request needs. ``conditions``: values of condition keys, whose names are in lower case."""

    action: str
    resource: str
    conditions: Mapping[str, str | list[str]] = field(default_factory=dict)


def judge(document: Document, need: Need, principals: Iterable[str] | None = None) -> Verdict:
    """principals: what the caller may be called in a policy of a resource; None for a policy of an identity."""
    found = Verdict.SILENT
    for statement in many(document.get("Statement", [])):
        allows = statement["Effect"] == "Allow"
        if (
            (principals is None or _names(statement, set(principals)))
            and _covers(statement, "Action", need.action, ignore_case=True)
            and _covers(statement, "Resource", need.resource)
            and _applies(statement.get("Condition", {}), need.conditions, unknown=not allows)
        ):
            if not allows:
                return Verdict.DENY
            found = Verdict.ALLOW
    return found


def is_public(policy: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
    "The meaning of 'public'". Text that is no policy is S3's to refuse.
    """
    try:
        statements = many(json.loads(policy)["Statement"])
    except (ValueError, KeyError, TypeError):
        return False
    return any(
        statement.get("Effect") == "Allow"
        and (_everybody(statement.get("Principal")) or "NotPrincipal" in statement)
        and not _narrowed(statement.get("Condition", {}))
        for statement in statements
    )


def _everybody(principal: Any) -> bool:
    return "*" in many(principal.get("AWS") if isinstance(principal, dict) else principal)


def _narrowed(conditions: Any) -> bool:
    return any(
        key.lower() in NARROWING and "Not" not in operator and "*" not in many(values)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def many(value: Any) -> list[Any]:
    """JSON policies write a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    return (
        _pattern(pattern.lower() if ignore_case else pattern).fullmatch(value.lower() if ignore_case else value)
        is not None
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in text), re.DOTALL)


def _covers(statement: Statement, element: str, value: str, *, ignore_case: bool = False) -> bool:
    if element in statement:
        return any(like(pattern, value, ignore_case=ignore_case) for pattern in many(statement[element]))
    if f"Not{element}" in statement:
        return not any(like(pattern, value, ignore_case=ignore_case) for pattern in many(statement[f"Not{element}"]))
    return element == "Resource"  # trust policies name none: they are about their role


def _names(statement: Statement, principals: set[str]) -> bool:
    if "Principal" in statement:
        return bool(_principals(statement["Principal"]) & (principals | {"*"}))
    return "NotPrincipal" in statement and not _principals(statement["NotPrincipal"]) & principals


def _principals(element: Any) -> set[str]:
    """Accounts by their number stay as they are, other principals are ARNs and names of services."""
    if isinstance(element, str):
        return {element}
    return {each for kind in element.values() for each in many(kind)}


def _applies(conditions: Mapping[str, Any], values: Mapping[str, str | list[str]], *, unknown: bool) -> bool:
    return all(
        _holds(operator, many(wanted), values.get(key.lower()), unknown=unknown)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, wanted: list[Any], value: str | list[str] | None, *, unknown: bool) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    quantifier, _, plain = operator.rpartition(":")
    optional = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in wanted]
    if plain == "Null":
        return any((text == "true") == (value is None) for text in texts)
    negative = plain.replace("Not", "", 1) if "Not" in plain else None
    compare = OPERATORS.get(negative or plain)
    if compare is None:
        return unknown
    if value is None:
        return optional or negative is not None or quantifier == "ForAllValues"
    try:
        found = [any(compare(each, text) for text in texts) != bool(negative) for each in many(value)]
    except ValueError:
        return unknown
    return all(found) if quantifier == "ForAllValues" or (negative and quantifier != "ForAnyValue") else any(found)


def _same_arn(value: str, wanted: str) -> bool:
    """Wildcards of an ARN do not reach beyond a colon, but in its last part."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    return len(parts) == len(patterns) and all(like(*pair) for pair in zip(patterns, parts, strict=True))


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "ArnEquals": _same_arn,
    "ArnLike": _same_arn,
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda value, wanted: float(value) >= float(wanted),
    "DateEquals": lambda value, wanted: value == wanted,
    # Dates as AWS writes them, all in UTC, sort as texts.
    "DateLessThan": lambda value, wanted: value < wanted,
    "DateLessThanEquals": lambda value, wanted: value <= wanted,
    "DateGreaterThan": lambda value, wanted: value > wanted,
    "DateGreaterThanEquals": lambda value, wanted: value >= wanted,
}
