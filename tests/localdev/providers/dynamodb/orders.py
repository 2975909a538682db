"""The table of the tests, and how they ask it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

TABLE = "orders"


def key(customer: str, order: int) -> dict[str, Any]:
    return {"customer": {"S": customer}, "order": {"N": str(order)}}


def schema(hash_key: str, range_key: str | None = None) -> list[dict[str, str]]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else keys


def refused(code: str) -> Any:
    """Expects AWS's error code."""
    return pytest.raises(ClientError, match=rf"\({code}\)")


def query(dynamodb: Any, condition: str, index: str | None = None, **more: Any) -> Any:
    values = more.pop("values", {})
    names = {"IndexName": index} if index else {}
    return dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        **names,
        **more,
    )


def orders(answer: Any) -> list[int]:
    return [int(item["order"]["N"]) for item in answer["Items"]]
