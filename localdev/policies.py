"""What policy documents say of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Left out: variables with a
default or for a special character. What is not understood allows nothing, and denies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from localdev.wildcards import between_asterisks

Document = Mapping[str, Any]
Statement = Mapping[str, Any]
Values = Mapping[str, str | list[str] | None]  # None: it is known that there is none

# Condition keys that are always given if a request has them here: without one AWS has none either. Of all others
# nobody knows what AWS would give.
OPTIONAL = frozenset(
    {
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:referer",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:useragent",
        "aws:username",
        "aws:vpcsourceip",
        "iam:passedtoservice",
        "kms:viaservice",
        "s3:delimiter",
        "s3:if-none-match",
        "s3:max-keys",
        "s3:prefix",
        "s3:requestobjecttagkeys",
        "s3:versionid",
        "s3:x-amz-acl",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-storage-class",
        "sts:externalid",
    }
)
VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Verdict(Enum):
    SILENT = 0
    ALLOW = 1
    DENY = 2


@dataclass(frozen=True)
class Need:
    """One right that a request needs. ``conditions``: values of condition keys, whose names are in lower case."""

    action: str
    resource: str
    conditions: Values = field(default_factory=dict)


def surroundings(headers: Any = None) -> dict[str, str]:
    """Values of condition keys that a request has whoever sends it. headers: werkzeug's, if the request is known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    now = datetime.now(UTC)
    told = {"aws:useragent": "User-Agent", "aws:referer": "Referer"}
    return {
        "aws:currenttime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "aws:epochtime": str(int(now.timestamp())),
        # Plain HTTP that does not leave the machine nobody can read: a policy that asks for TLS is content with it.
        "aws:securetransport": "true",
        "aws:sourceip": "127.0.0.1",
        **{key: headers[name] for key, name in told.items() if headers and name in headers},
    }


def judge(document: Document, need: Need, principals: Iterable[str] | None = None) -> Verdict:
    """principals: what the caller may be called in a policy of a resource; None for a policy of an identity.

    A statement that is none denies.
    """
    found = Verdict.SILENT
    for statement in many(document.get("Statement", [])):
        if not understood(statement):
            return Verdict.DENY
        allows = statement["Effect"] == "Allow"
        if (
            (principals is None or _names(statement, set(principals)))
            and _acts(statement, need.action)
            and _covers(statement, need, unknown=not allows)
            and _applies(statement.get("Condition", {}), need.conditions, unknown=not allows)
        ):
            if not allows:
                return Verdict.DENY
            found = Verdict.ALLOW
    return found


def understood(statement: Any) -> bool:
    """Whether it has the form of one, whatever it says."""
    if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
        return False
    texts = [statement[each] for each in ("Action", "NotAction", "Resource", "NotResource") if each in statement]
    for each in ("Principal", "NotPrincipal"):
        principal = statement.get(each, "*")
        texts += principal.values() if isinstance(principal, Mapping) else [[principal]]
    conditions = statement.get("Condition", {})
    return (
        all(isinstance(text, str) for each in texts for text in many(each))
        and isinstance(conditions, Mapping)
        and all(isinstance(keys, Mapping) for keys in conditions.values())
    )


def many(value: Any) -> list[Any]:
    """JSON policies write a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    return (
        _pattern(pattern.lower() if ignore_case else pattern).fullmatch(value.lower() if ignore_case else value)
        is not None
    )


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return between_asterisks([re.escape(part).replace(r"\?", ".") for part in text.split("*")])


def _acts(statement: Statement, action: str) -> bool:
    if "Action" in statement:
        return any(like(pattern, action, ignore_case=True) for pattern in many(statement["Action"]))
    patterns = many(statement.get("NotAction", "*"))
    return not any(like(pattern, action, ignore_case=True) for pattern in patterns)


def _covers(statement: Statement, need: Need, *, unknown: bool) -> bool:
    element = next((each for each in ("Resource", "NotResource") if each in statement), None)
    if element is None:
        return True  # trust policies name none: they are about their role
    found = False
    for text in many(statement[element]):
        pattern = _filled(text, need.conditions)
        if pattern is None and not _without(text, need.conditions):
            return unknown
        found |= pattern is not None and like(pattern, need.resource)
    return found == (element == "Resource")


def _filled(text: str, values: Values) -> str | None:
    """With the values of its variables: None if one has none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    found = {name: values.get(name.lower()) for name in VARIABLE.findall(text)}
    if not all(isinstance(value, str) for value in found.values()):
        return None
    return VARIABLE.sub(lambda variable: str(found[variable[1]]), text)


def _without(text: str, values: Values) -> bool:
    """Whether AWS has no value either for the variables that have none here."""
    return all(_known(name.lower(), values) for name in VARIABLE.findall(text))


def _known(key: str, values: Values) -> bool:
    return key in OPTIONAL or key in values


def _names(statement: Statement, principals: set[str]) -> bool:
    if "Principal" in statement:
        return bool(_principals(statement["Principal"]) & (principals | {"*"}))
    return "NotPrincipal" in statement and not _principals(statement["NotPrincipal"]) & principals


def _principals(element: Any) -> set[str]:
    """Accounts by their number stay as they are, other principals are ARNs and names of services."""
    if isinstance(element, str):
        return {element}
    return {each for kind in element.values() for each in many(kind)}


def _applies(conditions: Mapping[str, Any], values: Values, *, unknown: bool) -> bool:
    return all(
        _holds(operator, key.lower(), many(wanted), values, unknown=unknown)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, key: str, wanted: list[Any], values: Values, *, unknown: bool) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    value = values.get(key)
    quantifier, _, plain = operator.rpartition(":")
    optional = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    negative = plain.replace("Not", "", 1) if "Not" in plain else None
    compare = OPERATORS.get(negative or plain)
    if (compare is None and plain != "Null") or not _known(key, values):
        return unknown
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in wanted]
    if compare is None:
        return any((text == "true") == (value is None) for text in texts)
    if value is None:
        return optional or quantifier == "ForAllValues" or (negative is not None and quantifier != "ForAnyValue")
    if not all(_filled(text, values) or _without(text, values) for text in texts):
        return unknown
    filled = [text for text in (_filled(text, values) for text in texts) if text is not None]
    try:
        found = [any(compare(each, text) for text in filled) != bool(negative) for each in many(value)]
    except ValueError:
        return unknown
    return all(found) if quantifier == "ForAllValues" or (negative and quantifier != "ForAnyValue") else any(found)


def _moment(text: str) -> float:
    """Seconds since 1970: https://www.w3.org/TR/NOTE-datetime, or that number. Raises ValueError."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _same_arn(value: str, wanted: str) -> bool:
    """Wildcards of an ARN do not reach beyond a colon, but in its last part."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    return len(parts) == len(patterns) and all(like(*pair) for pair in zip(patterns, parts, strict=True))


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": lambda value, wanted: ip_address(value) in ip_network(wanted, strict=False),
    "ArnEquals": _same_arn,
    "ArnLike": _same_arn,
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda value, wanted: float(value) >= float(wanted),
    "DateEquals": lambda value, wanted: _moment(value) == _moment(wanted),
    "DateLessThan": lambda value, wanted: _moment(value) < _moment(wanted),
    "DateLessThanEquals": lambda value, wanted: _moment(value) <= _moment(wanted),
    "DateGreaterThan": lambda value, wanted: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda value, wanted: _moment(value) >= _moment(wanted),
}
