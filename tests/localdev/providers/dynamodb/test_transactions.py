"""DynamoDB's transactions, and many who write at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.localdev.providers.dynamodb.orders import TABLE, key, query, refused

DOCUMENTATION = "https://docs.aws.amazon.com/amazondynamodb/latest"


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

    def test_one_sent_twice_is_done_once(self, dynamodb: Any) -> None:
        """For ten minutes, by its token: "Idempotency"."""

        def add(number: str, token: str) -> None:
            update = {
                "TableName": TABLE,
                "Key": key("tess", 1),
                "UpdateExpression": "ADD n :n",
                "ConditionExpression": "attribute_not_exists(n) OR n < :n",
                "ExpressionAttributeValues": {":n": {"N": number}},
            }
            dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)

        add("1", "first")
        add("1", "first")  # its condition would fail
        with refused("IdempotentParameterMismatchException"):
            add("2", "first")
        with refused("TransactionCanceledException"):
            add("1", "second")
        add("2", "second")  # the one that failed does not count
        assert dynamodb.get_item(TableName=TABLE, Key=key("tess", 1))["Item"]["n"] == {"N": "3"}
        dynamodb.delete_item(TableName=TABLE, Key=key("tess", 1))


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
