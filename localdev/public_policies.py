"""Which policies let everybody in.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of 'public'"
"""

from __future__ import annotations

import json
from typing import Any

from localdev.policies import many, understood

# What keeps a statement about everybody from being public, as long as no value has a wildcard or a variable.
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
# Operators that say what a value is. With IfExists they hold without any.
POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def is_public(policy: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
    "The meaning of 'public'". Text that is no policy is S3's to refuse.
    """
    try:
        statements = many(json.loads(policy)["Statement"])
    except (ValueError, KeyError, TypeError):
        return False
    return any(
        understood(statement)
        and statement["Effect"] == "Allow"
        and (_everybody(statement.get("Principal")) or "NotPrincipal" in statement)
        and not _narrowed(statement.get("Condition", {}))
        for statement in statements
    )


def _everybody(principal: Any) -> bool:
    return "*" in many(principal.get("AWS") if isinstance(principal, dict) else principal)


def _narrowed(conditions: Any) -> bool:
    return any(
        key.lower() in NARROWING and operator.rpartition(":")[2] in POSITIVE and all(map(_fixed, many(values)))
        for operator, keys in conditions.items()
        if not operator.startswith("ForAllValues:")  # which holds without any value, too
        for key, values in keys.items()
    )


def _fixed(value: Any) -> bool:
    return not any(wide in str(value) for wide in ("*", "?", "${")) and not str(value).endswith("/0")
