"""Reading and writing DynamoDB's items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.dynamodb.orders import TABLE, key, orders, query, refused

DOCUMENTATION = "https://docs.aws.amazon.com/amazondynamodb/latest"


@pytest.mark.feature("DynamoDB", "queries and scans, pages, filters, projections")
class TestReading:
    """Query.html and Scan.html of the developer guide."""

    def test_a_query_is_sorted_by_the_range_key(self, dynamodb: Any) -> None:
        anna = {"anna": {"S": "anna"}}
        assert orders(query(dynamodb, "customer = :anna", values=anna)) == list(range(9))
        assert orders(query(dynamodb, "customer = :anna", values=anna, ScanIndexForward=False)) == list(range(9))[::-1]
        between = anna | {"low": {"N": "3"}, "high": {"N": "5"}}
        assert orders(
            query(
                dynamodb,
                "customer = :anna AND #o BETWEEN :low AND :high",
                values=between,
                ExpressionAttributeNames={"#o": "order"},
            )
        ) == [3, 4, 5]

    def test_pages(self, dynamodb: Any) -> None:
        """A limit counts what was read, before the filter: Query.Pagination."""
        more = {"values": {"anna": {"S": "anna"}}, "Limit": 4}
        first = query(dynamodb, "customer = :anna", **more)
        assert first["LastEvaluatedKey"] == key("anna", 3)
        second = query(dynamodb, "customer = :anna", ExclusiveStartKey=first["LastEvaluatedKey"], **more)
        third = query(dynamodb, "customer = :anna", ExclusiveStartKey=second["LastEvaluatedKey"], **more)
        assert orders(first) + orders(second) + orders(third) == list(range(9))
        assert "LastEvaluatedKey" not in third
        filtered = query(
            dynamodb,
            "customer = :anna",
            FilterExpression="amount > :least",
            **(more | {"values": {"anna": {"S": "anna"}, "least": {"N": "20"}}}),
        )
        assert (filtered["Count"], filtered["ScannedCount"]) == (1, 4)

    def test_projections(self, dynamodb: Any) -> None:
        found = dynamodb.get_item(TableName=TABLE, Key=key("anna", 1), ProjectionExpression="amount, note")
        assert found["Item"] == {"amount": {"N": "10"}, "note": {"S": "n"}}
        assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=key("nobody", 1))

    def test_a_scan_in_segments_reads_each_item_once(self, dynamodb: Any) -> None:
        found = [dynamodb.scan(TableName=TABLE, TotalSegments=3, Segment=segment) for segment in range(3)]
        assert sorted(order for each in found for order in orders(each)) == list(range(9))
        count = dynamodb.scan(
            TableName=TABLE,
            Select="COUNT",
            FilterExpression="attribute_not_exists(#s)",
            ExpressionAttributeNames={"#s": "state"},
        )
        assert count["Count"] == 1

    def test_what_a_query_lacks(self, dynamodb: Any) -> None:
        with refused("ValidationException"):
            query(dynamodb, "customer = :anna", values={"anna": {"S": "anna"}}, FilterExpression="amount > :least")
        with refused("ValidationException"):
            query(dynamodb, "#o = :one", values={"one": {"N": "1"}}, ExpressionAttributeNames={"#o": "order"})
        with refused("ValidationException"):
            query(dynamodb, "customer = :anna", values={"anna": {"S": "anna"}}, index="by-nothing")


@pytest.mark.feature("DynamoDB", "puts, updates and deletes, with conditions")
class TestWriting:
    """Expressions.UpdateExpressions.html and Expressions.ConditionExpressions.html of the developer guide."""

    def test_an_update_sets_adds_removes_and_deletes(self, dynamodb: Any) -> None:
        where = {"TableName": TABLE, "Key": key("bert", 1)}
        dynamodb.put_item(
            TableName=TABLE,
            Item=key("bert", 1) | {"n": {"N": "1"}, "list": {"L": []}, "set": {"SS": ["a", "b"]}, "old": {"S": "x"}},
        )
        expression = "SET #l = list_append(#l, :l), m = if_not_exists(m, :m) ADD n :n REMOVE #old DELETE #set :set"
        answer = dynamodb.update_item(
            **where,
            UpdateExpression=expression,
            ExpressionAttributeNames={"#l": "list", "#old": "old", "#set": "set"},
            ExpressionAttributeValues={
                ":l": {"L": [{"S": "y"}]},
                ":m": {"M": {"deep": {"BOOL": True}}},
                ":n": {"N": "2"},
                ":set": {"SS": ["a"]},
            },
            ReturnValues="ALL_NEW",
        )
        want = {
            "n": {"N": "3"},
            "list": {"L": [{"S": "y"}]},
            "set": {"SS": ["b"]},
            "m": {"M": {"deep": {"BOOL": True}}},
        }
        assert answer["Attributes"] == key("bert", 1) | want
        assert dynamodb.get_item(**where)["Item"] == key("bert", 1) | want
        old = dynamodb.delete_item(**where, ReturnValues="ALL_OLD")["Attributes"]
        assert old == key("bert", 1) | want
        assert "Attributes" not in dynamodb.delete_item(**where, ReturnValues="ALL_OLD")

    def test_an_update_makes_what_is_not_there(self, dynamodb: Any) -> None:
        where = {"TableName": TABLE, "Key": key("cleo", 1)}
        dynamodb.update_item(
            **where, UpdateExpression="ADD visits :one", ExpressionAttributeValues={":one": {"N": "1"}}
        )
        assert dynamodb.get_item(**where)["Item"] == key("cleo", 1) | {"visits": {"N": "1"}}
        dynamodb.delete_item(**where)

    def test_a_condition_that_fails_changes_nothing(self, dynamodb: Any) -> None:
        item = key("dora", 1) | {"amount": {"N": "5"}}
        dynamodb.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(customer)")
        attempts: list[Callable[..., Any]] = [
            lambda **more: dynamodb.put_item(TableName=TABLE, Item=key("dora", 1), **more),
            lambda **more: dynamodb.delete_item(TableName=TABLE, Key=key("dora", 1), **more),
            lambda **more: dynamodb.update_item(
                TableName=TABLE, Key=key("dora", 1), UpdateExpression="REMOVE amount", **more
            ),
        ]
        for attempt in attempts:
            with refused("ConditionalCheckFailedException") as failed:
                attempt(
                    ConditionExpression="amount > :least",
                    ExpressionAttributeValues={":least": {"N": "5"}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            assert failed.value.response["Item"] == item
        assert dynamodb.get_item(TableName=TABLE, Key=key("dora", 1))["Item"] == item
        dynamodb.delete_item(TableName=TABLE, Key=key("dora", 1))

    @pytest.mark.parametrize(
        ("where", "expression"),
        [
            (key("anna", 1), "SET added = :one ADD note :one"),  # which is text
            (key("anna", 1), "SET added = :one, amount = note + :one"),
            (key("nobody", 1), "SET added = :one, amount = note + :one"),
        ],
    )
    def test_an_update_that_fails_changes_nothing(self, dynamodb: Any, where: Any, expression: str) -> None:
        before = dynamodb.get_item(TableName=TABLE, Key=where).get("Item")
        with refused("ValidationException"):
            dynamodb.update_item(
                TableName=TABLE,
                Key=where,
                UpdateExpression=expression,
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        assert dynamodb.get_item(TableName=TABLE, Key=where).get("Item") == before

    @pytest.mark.parametrize(
        "item",
        [
            {"customer": {"S": "eve"}},  # no range key
            {"customer": {"N": "1"}, "order": {"N": "1"}},  # a key of the wrong type
            {"customer": {"S": ""}, "order": {"N": "1"}},
            key("eve", 1) | {"large": {"S": "x" * 400 * 1024}},
        ],
    )
    def test_what_cannot_be_put(self, dynamodb: Any, item: Any) -> None:
        """ServiceQuotas.html: 400 KB an item."""
        with refused("ValidationException"):
            dynamodb.put_item(TableName=TABLE, Item=item)

    @pytest.mark.parametrize(
        "expression", ["SET customer = :x", "SET amount :x", "SET amount = :missing", "SET status = :x"]
    )
    def test_what_cannot_be_updated(self, dynamodb: Any, expression: str) -> None:
        """A key, bad syntax, a value that is not given, a reserved word."""
        with refused("ValidationException"):
            dynamodb.update_item(
                TableName=TABLE,
                Key=key("anna", 1),
                UpdateExpression=expression,
                ExpressionAttributeValues={":x": {"S": "x"}},
            )


@pytest.mark.feature("DynamoDB", "batches")
def test_batches(dynamodb: Any) -> None:
    """API_BatchWriteItem: 25 writes; API_BatchGetItem: 100 reads; no item twice."""
    puts = [{"PutRequest": {"Item": key("batch", order)}} for order in range(25)]
    assert dynamodb.batch_write_item(RequestItems={TABLE: puts})["UnprocessedItems"] == {}
    wanted = [key("batch", order) for order in range(30)]
    found = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": wanted}})
    assert sorted(int(item["order"]["N"]) for item in found["Responses"][TABLE]) == list(range(25))
    deletes = [{"DeleteRequest": {"Key": key("batch", order)}} for order in range(25)]
    dynamodb.batch_write_item(RequestItems={TABLE: deletes})
    assert dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": wanted}})["Responses"][TABLE] == []
    with refused("ValidationException"):
        dynamodb.batch_write_item(RequestItems={TABLE: [*puts, *deletes[:1]]})
    with refused("ValidationException"):
        dynamodb.batch_write_item(RequestItems={TABLE: puts[:1] * 2})
    with refused("ValidationException"):
        dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [key("batch", order) for order in range(101)]}})
    with refused("ResourceNotFoundException"):
        dynamodb.batch_write_item(RequestItems={"nowhere": puts})
