"""DynamoDB: tables, items, conditions, transactions, and many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

TABLE = "orders"
DOCUMENTATION = "https://docs.aws.amazon.com/amazondynamodb/latest"


def key(customer: str, order: int) -> dict[str, Any]:
    return {"customer": {"S": customer}, "order": {"N": str(order)}}


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


@pytest.mark.feature("DynamoDB", "tables with hash and range keys, tags, deletion protection")
class TestTables:
    """API_CreateTable, API_DescribeTable, API_TagResource of the API reference."""

    def test_what_is_described(self, dynamodb: Any) -> None:
        table = dynamodb.describe_table(TableName=TABLE)["Table"]
        assert table["TableStatus"] == "ACTIVE"
        assert table["KeySchema"] == schema("customer", "order")
        assert table["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert TABLE in dynamodb.list_tables()["TableNames"]

    def test_a_name_is_taken_once_and_gone_once(self, dynamodb: Any) -> None:
        attributes = [{"AttributeName": "id", "AttributeType": "S"}]
        arguments = {"AttributeDefinitions": attributes, "KeySchema": schema("id"), "BillingMode": "PAY_PER_REQUEST"}
        with refused("ResourceInUseException"):
            dynamodb.create_table(TableName=TABLE, **arguments)
        dynamodb.create_table(TableName="passing", **arguments)
        dynamodb.delete_table(TableName="passing")
        with refused("ResourceNotFoundException"):
            dynamodb.delete_table(TableName="passing")
        with refused("ResourceNotFoundException"):
            dynamodb.describe_table(TableName="passing")
        with refused("ResourceNotFoundException"):
            dynamodb.get_item(TableName="passing", Key={"id": {"S": "x"}})

    def test_keys_must_be_defined(self, dynamodb: Any) -> None:
        with refused("ValidationException"):
            dynamodb.create_table(
                TableName="undefined",
                AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
                KeySchema=schema("id"),
                BillingMode="PAY_PER_REQUEST",
            )

    def test_tags(self, dynamodb: Any) -> None:
        arn = dynamodb.describe_table(TableName=TABLE)["Table"]["TableArn"]

        def tags() -> dict[str, str]:
            return {tag["Key"]: tag["Value"] for tag in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}

        assert tags() == {"whose": "mine"}
        dynamodb.tag_resource(
            ResourceArn=arn, Tags=[{"Key": "whose", "Value": "ours"}, {"Key": "stage", "Value": "dev"}]
        )
        assert len(dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]) == 2
        assert tags() == {"whose": "ours", "stage": "dev"}
        dynamodb.untag_resource(ResourceArn=arn, TagKeys=["stage", "whose"])
        assert tags() == {}
        with refused("ResourceNotFoundException"):
            dynamodb.tag_resource(ResourceArn=f"{arn}-not", Tags=[{"Key": "whose", "Value": "ours"}])

    def test_deletion_protection(self, dynamodb: Any) -> None:
        dynamodb.update_table(TableName=TABLE, DeletionProtectionEnabled=True)
        with refused("ValidationException"):
            dynamodb.delete_table(TableName=TABLE)
        dynamodb.update_table(TableName=TABLE, DeletionProtectionEnabled=False)


@pytest.mark.feature(
    "DynamoDB", "point-in-time recovery", partly="it can be turned on and off; no restore was looked at"
)
def test_point_in_time_recovery_is_a_flag(dynamodb: Any) -> None:
    def status() -> str:
        backups = dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
        return str(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])

    assert status() == "DISABLED"
    wanted = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification=wanted)
    assert status() == "ENABLED"
    with refused("TableNotFoundException"):
        dynamodb.describe_continuous_backups(TableName="nowhere")


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


@pytest.mark.feature("DynamoDB", "local and global secondary indexes")
class TestIndexes:
    """SecondaryIndexes.html of the developer guide."""

    def test_a_global_index_has_its_own_keys_and_what_is_projected(self, dynamodb: Any) -> None:
        found = query(
            dynamodb,
            "#s = :paid",
            index="by-state",
            values={"paid": {"S": "paid"}},
            ExpressionAttributeNames={"#s": "state"},
        )
        assert orders(found) == [1, 3, 5, 7]
        assert set(found["Items"][0]) == {"customer", "order", "state", "amount"}

    def test_a_local_index_sorts_otherwise(self, dynamodb: Any) -> None:
        found = query(
            dynamodb,
            "customer = :anna AND #s = :open",
            index="by-state-of-customer",
            values={"anna": {"S": "anna"}, "open": {"S": "open"}},
            ExpressionAttributeNames={"#s": "state"},
        )
        assert orders(found) == [0, 2, 6, 8]
        assert set(found["Items"][0]) == {"customer", "order", "state"}

    def test_an_item_without_the_key_is_in_no_index(self, dynamodb: Any) -> None:
        assert sorted(orders(dynamodb.scan(TableName=TABLE, IndexName="by-state"))) == [0, 1, 2, 3, 5, 6, 7, 8]

    def test_a_global_index_is_never_read_consistently(self, dynamodb: Any) -> None:
        with refused("ValidationException"):
            query(
                dynamodb,
                "#s = :paid",
                index="by-state",
                values={"paid": {"S": "paid"}},
                ConsistentRead=True,
                ExpressionAttributeNames={"#s": "state"},
            )

    def test_a_global_index_comes_and_goes(self, dynamodb: Any) -> None:
        create = {"IndexName": "by-note", "KeySchema": schema("note"), "Projection": {"ProjectionType": "ALL"}}
        attributes = [
            {"AttributeName": name, "AttributeType": type_}
            for name, type_ in {"customer": "S", "order": "N", "state": "S", "note": "S"}.items()
        ]
        dynamodb.update_table(
            TableName=TABLE, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=[{"Create": create}]
        )
        found = query(dynamodb, "note = :n", index="by-note", values={"n": {"S": "n"}})
        assert found["Count"] == 9
        delete = [{"Delete": {"IndexName": "by-note"}}]
        dynamodb.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=delete)
        assert len(dynamodb.describe_table(TableName=TABLE)["Table"]["GlobalSecondaryIndexes"]) == 1
        with refused("ResourceNotFoundException"):
            dynamodb.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=delete)


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


@pytest.mark.feature("DynamoDB", "transactions")
class TestTransactions:
    """transaction-apis.html of the developer guide."""

    def test_all_or_nothing(self, dynamodb: Any) -> None:
        check = {
            "ConditionCheck": {
                "TableName": TABLE,
                "Key": key("anna", 1),
                "ConditionExpression": "attribute_not_exists(customer)",
            }
        }
        put = {"Put": {"TableName": TABLE, "Item": key("tina", 1)}}
        with refused("TransactionCanceledException") as failed:
            dynamodb.transact_write_items(TransactItems=[put, check])
        reasons = [reason["Code"] for reason in failed.value.response["CancellationReasons"]]
        assert reasons == ["None", "ConditionalCheckFailed"]
        assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=key("tina", 1))
        update = {
            "Update": {
                "TableName": TABLE,
                "Key": key("tina", 2),
                "UpdateExpression": "SET amount = :t",
                "ExpressionAttributeValues": {":t": {"N": "7"}},
            }
        }
        dynamodb.transact_write_items(TransactItems=[put, update])
        gets = [{"Get": {"TableName": TABLE, "Key": key("tina", order)}} for order in (1, 2, 3)]
        found = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
        assert found == [{"Item": key("tina", 1)}, {"Item": key("tina", 2) | {"amount": {"N": "7"}}}, {}]
        deletes = [{"Delete": {"TableName": TABLE, "Key": key("tina", order)}} for order in (1, 2)]
        dynamodb.transact_write_items(TransactItems=deletes)

    def test_what_was_there_stays_as_it_was(self, dynamodb: Any) -> None:
        """Of several writes the last one fails."""
        before = query(dynamodb, "customer = :anna", values={"anna": {"S": "anna"}})["Items"]
        put = {"Put": {"TableName": TABLE, "Item": key("anna", 99)}}
        delete = {"Delete": {"TableName": TABLE, "Key": key("anna", 2)}}
        update = {"Update": {"TableName": TABLE, "Key": key("anna", 1), "UpdateExpression": "REMOVE note"}}
        check = {"TableName": TABLE, "Key": key("anna", 3), "ConditionExpression": "attribute_not_exists(customer)"}
        with refused("TransactionCanceledException"):
            dynamodb.transact_write_items(TransactItems=[put, delete, update, {"ConditionCheck": check}])
        assert query(dynamodb, "customer = :anna", values={"anna": {"S": "anna"}})["Items"] == before

    def test_an_item_once(self, dynamodb: Any) -> None:
        put = {"Put": {"TableName": TABLE, "Item": key("tina", 1)}}
        with refused("ValidationException"):
            dynamodb.transact_write_items(TransactItems=[put, put])


@pytest.mark.feature(
    "DynamoDB", "PartiQL statements", partly="SELECT and INSERT; most others are a ValidationException that says so"
)
def test_statements(dynamodb: Any) -> None:
    """ql-reference.html of the developer guide."""
    insert = f"INSERT INTO \"{TABLE}\" VALUE {{'customer': 'paul', 'order': 1, 'amount': 5}}"
    dynamodb.execute_statement(Statement=insert)
    select = f'SELECT * FROM "{TABLE}" WHERE customer = ? AND "order" = ?'
    found = dynamodb.execute_statement(Statement=select, Parameters=[{"S": "paul"}, {"N": "1"}])["Items"]
    assert found == [key("paul", 1) | {"amount": {"N": "5"}}]
    dynamodb.delete_item(TableName=TABLE, Key=key("paul", 1))
    with refused("ValidationException") as failed:
        dynamodb.execute_statement(Statement=f'DELETE FROM "{TABLE}" WHERE customer = ? AND "order" = ?')
    assert "this PartiQL statement is not emulated" in str(failed.value)


@pytest.mark.feature("DynamoDB", "many writers at once")
class TestManyAtOnce:
    """HowItWorks.ReadConsistency.html and WorkingWithItems.html: a write to an item is atomic."""

    def test_no_addition_is_lost(self, dynamodb: Any) -> None:
        def add(_: int) -> None:
            dynamodb.update_item(
                TableName=TABLE,
                Key=key("many", 1),
                UpdateExpression="ADD hits :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, range(160)))
        assert dynamodb.get_item(TableName=TABLE, Key=key("many", 1))["Item"]["hits"] == {"N": "160"}

    def test_of_two_conditional_puts_one_fails(self, dynamodb: Any) -> None:
        def put(order: int) -> bool:
            try:
                dynamodb.put_item(
                    TableName=TABLE,
                    Item=key("race", order // 8),
                    ConditionExpression="attribute_not_exists(customer)",
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(put, range(160))) == 20

    def test_a_transaction_that_fails_takes_no_other_write_with_it(self, dynamodb: Any) -> None:
        """Moto puts the whole table back as it was when the transaction began."""
        check = {
            "ConditionCheck": {
                "TableName": TABLE,
                "Key": key("anna", 1),
                "ConditionExpression": "attribute_not_exists(customer)",
            }
        }
        puts = [{"Put": {"TableName": TABLE, "Item": key("never", order)}} for order in range(99)]

        def fail(_: int) -> None:
            with refused("TransactionCanceledException"):
                dynamodb.transact_write_items(TransactItems=[*puts, check])

        def put(order: int) -> None:
            dynamodb.put_item(TableName=TABLE, Item=key("kept", order))

        with ThreadPoolExecutor(8) as pool:
            done = [pool.submit(fail, number) for number in range(10)]
            done += [pool.submit(put, number) for number in range(100)]
        for each in done:
            each.result()
        found = query(dynamodb, "customer = :kept", values={"kept": {"S": "kept"}}, Select="COUNT")
        assert found["Count"] == 100
        assert query(dynamodb, "customer = :never", values={"never": {"S": "never"}})["Items"] == []
