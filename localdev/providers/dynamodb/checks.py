"""What AWS refuses of a request before it looks at any item, and moto does not, or fails at.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html, HowItWorks.NamingRulesDataTypes.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from localstack.aws.api import CommonServiceException
from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.exceptions import MockValidationException

CONDITIONS = ("ConditionExpression", "FilterExpression")
EXPRESSIONS = (*CONDITIONS, "KeyConditionExpression", "ProjectionExpression", "UpdateExpression")
PLACEHOLDER = re.compile(r"[#:]\w+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
TOKEN = re.compile(r"[#:]?[\w.\[\]-]+|<>|<=|>=|\S")
COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
# What an operand or a condition must follow.
OPENING = COMPARATORS | {"", "(", ",", "AND", "OR", "NOT", "BETWEEN"}
CLOSING = COMPARATORS | {")", ",", "AND", "OR", "BETWEEN", "IN"}

WRONG = "One or more parameter values were invalid"


def invalid(message: str) -> CommonServiceException:
    return CommonServiceException("ValidationException", message)


def parts(request: Any) -> Iterator[tuple[str, Any]]:
    """Whatever has expressions, values or a key, with the table that it is about."""
    yield request.get("TableName", ""), request
    yield from (("", statement) for statement in request.get("Statements") or [])
    for each in request.get("TransactItems") or []:
        yield from ((part["TableName"], part) for part in each.values())
    for table, asked in (request.get("RequestItems") or {}).items():
        if isinstance(asked, dict):
            yield table, asked
            yield from ((table, {"Key": key}) for key in asked["Keys"])
        else:
            yield from ((table, part) for each in asked for part in each.values())


def check_expressions(part: Any) -> None:
    names, values = part.get("ExpressionAttributeNames") or {}, part.get("ExpressionAttributeValues") or {}
    for kind in EXPRESSIONS:
        text = part.get(kind) or ""
        for found in PLACEHOLDER.findall(text):
            if found.startswith("#") and found not in names:
                what = "name used in the document path is not defined; attribute name"
                raise invalid(f"Invalid {kind}: An expression attribute {what}: {found}")
            if found.startswith(":") and found not in values:
                what = "value used in expression is not defined; attribute value"
                raise invalid(f"Invalid {kind}: An expression attribute {what}: {found}")
        if kind in CONDITIONS and text:
            try:
                create_condition_expression_parser(text, names, values).parse()
            except MockValidationException:
                pass  # moto says it again
            except Exception as error:  # its parser fails in many ways
                raise invalid(f"Invalid {kind}: Syntax error; {misplaced(text)}") from error


def misplaced(expression: str) -> str:
    """The first word that cannot stand where it does: ``token: "=", near: "==="``."""
    start, before = 0, ""
    for found in TOKEN.finditer(expression):
        token = found[0]
        called = token == "(" and re.fullmatch(r"\w+", before)  # a function, or IN
        if not called and (before.upper() in OPENING) == (token.upper() in CLOSING):
            after = TOKEN.search(expression, found.end())
            return f'token: "{token}", near: "{expression[start : after.end() if after else None]}"'
        start, before = found.start(), token
    return f'token: "<EOF>", near: "{expression[start:]}"'


def check_values(part: Any) -> None:
    for field in ("Item", "Key", "ExpressionAttributeValues"):
        for value in (part.get(field) or {}).values():
            check_value(value)
    for value in part.get("Parameters") or []:
        check_value(value)
    for update in (part.get("AttributeUpdates") or {}).values():
        check_value(update.get("Value") or {})


def check_value(value: Any) -> None:
    """value: an attribute's, ``{"N": "1"}``."""
    for kind, content in value.items():
        if kind in ("N", "NS"):
            for number in [content] if kind == "N" else content:
                if not NUMBER.fullmatch(number):
                    raise invalid(f"The parameter cannot be converted to a numeric value: {number}")
        if kind in ("BS", "NS", "SS"):
            members = [Decimal(each) for each in content] if kind == "NS" else content
            if len(set(members)) < len(members):
                shown = f" [{', '.join(content)}]" if kind == "SS" else ""
                raise invalid(f"{WRONG}: Input collection{shown} contains duplicates.")
        if kind in ("L", "M"):
            for each in content if kind == "L" else content.values():
                check_value(each)


def check_key(key: Any, table: Any) -> None:
    want = {table.hash_key_attr: table.hash_key_type}
    if table.range_key_attr:
        want[table.range_key_attr] = table.range_key_type
    if {name: next(iter(value), None) for name, value in key.items()} != want:
        raise invalid("The provided key element does not match the schema")
