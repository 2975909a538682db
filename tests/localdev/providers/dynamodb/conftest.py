"""A table with nine items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.localdev.providers.dynamodb.orders import TABLE, key, schema


@pytest.fixture(scope="module")
def dynamodb(client: Callable[..., Any]) -> Iterator[Any]:
    """The client, and a table with a hash key, a range key, and an index of each kind, with nine items."""
    dynamodb = client("dynamodb")
    attributes = {"customer": "S", "order": "N", "state": "S"}
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": type_} for name, type_ in attributes.items()],
        KeySchema=schema("customer", "order"),
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-state-of-customer",
                "KeySchema": schema("customer", "state"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": schema("state", "order"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["amount"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "whose", "Value": "mine"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    for order in range(9):
        item = key("anna", order) | {"amount": {"N": str(10 * order)}, "note": {"S": "n"}}
        if order != 4:  # an item without its key is not in an index
            item["state"] = {"S": "paid" if order % 2 else "open"}
        dynamodb.put_item(TableName=TABLE, Item=item)
    yield dynamodb
    dynamodb.delete_table(TableName=TABLE)
