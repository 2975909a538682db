"""PartiQL: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html; see test_partiql."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.localdev.providers.dynamodb.orders import TABLE, key, refused

STATEMENTS = pytest.mark.feature(
    "DynamoDB",
    "PartiQL: SELECT, INSERT, UPDATE, DELETE, with parameters",
    partly="`Limit` counts what is found, not what is looked at",
)
TOGETHER = pytest.mark.feature("DynamoDB", "PartiQL in batches and transactions")
CAPACITY = pytest.mark.feature(
    "DynamoDB",
    "PartiQL: consumed capacity",
    partly="the same for each request, however much it reads or writes; none for transactions that write",
)
KEY = 'customer = ? AND "order" = ?'


def run(dynamodb: Any, statement: str, *parameters: Any, **more: Any) -> Any:
    given = {"Parameters": list(parameters)} if parameters else {}
    return dynamodb.execute_statement(Statement=statement.replace("TABLE", f'"{TABLE}"'), **given, **more)["Items"]


def orders(items: list[Any]) -> list[int]:
    return [int(item["order"]["N"]) for item in items]


@pytest.fixture
def paul(dynamodb: Any) -> Any:
    """An order's key as parameters, which is gone afterwards."""
    yield list(key("paul", 1).values())
    dynamodb.delete_item(TableName=TABLE, Key=key("paul", 1))


@STATEMENTS
class TestStatements:
    def test_an_item_comes_changes_and_goes(self, dynamodb: Any, paul: Any) -> None:
        insert = "INSERT INTO TABLE VALUE {'customer': ?, 'order': ?, 'amount': 5, 'tags': <<'a'>>, 'notes': ['n']}"
        assert run(dynamodb, insert, *paul) == []
        with refused("DuplicateItemException"):
            run(dynamodb, insert, *paul)
        update = f"UPDATE TABLE SET amount = amount + 2 SET tags = set_add(tags, <<'b'>>) REMOVE notes WHERE {KEY}"
        [changed] = run(dynamodb, f"{update} AND amount < 7 RETURNING ALL NEW *", *paul)
        assert changed == key("paul", 1) | {"amount": {"N": "7"}, "tags": {"SS": ["a", "b"]}}
        with refused("ConditionalCheckFailedException"):
            run(dynamodb, f"{update} AND amount < 7", *paul)
        assert run(dynamodb, f"SELECT amount FROM TABLE WHERE {KEY}", *paul) == [{"amount": {"N": "7"}}]
        with refused("ConditionalCheckFailedException"):
            run(dynamodb, f"DELETE FROM TABLE WHERE {KEY} AND amount = 8", *paul)
        assert run(dynamodb, f"DELETE FROM TABLE WHERE {KEY} RETURNING ALL OLD *", *paul) == [changed]
        assert run(dynamodb, f"DELETE FROM TABLE WHERE {KEY}", *paul) == []
        assert run(dynamodb, f"DELETE FROM TABLE WHERE {KEY} AND amount = 8", *paul) == []  # ql-reference.delete.html
        with refused("ConditionalCheckFailedException"):
            run(dynamodb, f"UPDATE TABLE SET amount = 1 WHERE {KEY}", *paul)

    def test_selections(self, dynamodb: Any) -> None:
        anna = {"S": "anna"}
        found = run(dynamodb, 'SELECT * FROM TABLE WHERE customer = ? AND "order" BETWEEN 2 AND 4', anna)
        assert orders(found) == [2, 3, 4]
        found = run(dynamodb, 'SELECT * FROM TABLE WHERE customer = ? AND amount > 50 ORDER BY "order" DESC', anna)
        assert orders(found) == [8, 7, 6]
        found = run(dynamodb, 'SELECT * FROM TABLE."by-state-of-customer" WHERE customer = ?', anna)
        assert orders(found) == [0, 2, 6, 8, 1, 3, 5, 7]  # by the index's key
        assert orders(run(dynamodb, "SELECT * FROM TABLE WHERE state IS MISSING")) == [4]
        paid = run(dynamodb, 'SELECT "order", note FROM TABLE."by-state" WHERE state = \'paid\'')
        assert paid == [{"order": {"N": str(number)}} for number in (1, 3, 5, 7)]

    def test_pages(self, dynamodb: Any) -> None:
        asked = {"Statement": f"SELECT * FROM {TABLE} WHERE customer = 'anna'", "Limit": 5}
        first = dynamodb.execute_statement(**asked)
        second = dynamodb.execute_statement(**asked, NextToken=first["NextToken"])
        assert (orders(first["Items"]), orders(second["Items"])) == ([0, 1, 2, 3, 4], [5, 6, 7, 8])
        assert "NextToken" not in second
        other = base64.b64encode(b"x").decode()
        for given in ("abc", "ä", other, base64.b64encode(b"1 x").decode()):
            with refused("ValidationException"):
                dynamodb.execute_statement(**asked, NextToken=given)
        with refused("ValidationException"):  # of another statement
            dynamodb.execute_statement(Statement=f"SELECT * FROM {TABLE}", NextToken=first["NextToken"])

    def test_consistent_reads(self, dynamodb: Any) -> None:
        """API_ExecuteStatement.html: as with Query, not of global secondary indexes."""
        select = "SELECT * FROM TABLE.\"INDEX\" WHERE state = 'paid'"
        found = run(dynamodb, select.replace("INDEX", "by-state-of-customer"), ConsistentRead=True)
        assert orders(found) == [1, 3, 5, 7]
        with refused("ValidationException"):
            run(dynamodb, select.replace("INDEX", "by-state"), ConsistentRead=True)

    def test_what_failed_is_told(self, dynamodb: Any) -> None:
        """API_ExecuteStatement.html, ReturnValuesOnConditionCheckFailure"""
        update = "UPDATE TABLE SET amount = 1 WHERE customer = 'anna' AND \"order\" = 2 AND amount = 1"
        with refused("ConditionalCheckFailedException") as failed:
            run(dynamodb, update, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert failed.value.response["Item"]["amount"] == {"N": "20"}

    @CAPACITY
    def test_capacity(self, dynamodb: Any, paul: Any) -> None:
        """API_ConsumedCapacity.html"""
        for statement in (
            f"INSERT INTO {TABLE} VALUE {{'customer': 'paul', 'order': 1}}",
            f"SELECT * FROM {TABLE} WHERE customer = 'paul'",
        ):
            asked = {"Statement": statement}
            assert "ConsumedCapacity" not in dynamodb.execute_statement(**asked)
            dynamodb.delete_item(TableName=TABLE, Key=key("paul", 1))
            used = dynamodb.execute_statement(**asked, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
            assert used == {"TableName": TABLE, "CapacityUnits": 1, "Table": {"CapacityUnits": 1}}

    @pytest.mark.parametrize(
        ("statement", "error"),
        [
            ("DROP TABLE x", "ValidationException"),
            ("SELECT * FROM nowhere", "ResourceNotFoundException"),
            ("SELECT * FROM TABLE.nowhere", "ValidationException"),
            ("SELECT * FROM TABLE ORDER BY customer", "ValidationException"),
            ("SELECT * FROM TABLE WHERE customer = 'a' ORDER BY note", "ValidationException"),
            ("UPDATE TABLE SET a = 1 WHERE customer = 'a'", "ValidationException"),
            ("DELETE FROM TABLE WHERE customer = 'a' AND \"order\" > 1", "ValidationException"),
            ("DELETE FROM TABLE WHERE customer = 'a' AND \"order\" = 'b'", "ValidationException"),
            ('DELETE FROM TABLE WHERE customer = \'a\' AND "order" = 1 AND "order" = 2', "ValidationException"),
            ("INSERT INTO TABLE VALUE {'customer': 'a'}", "ValidationException"),
            ("EXISTS(SELECT * FROM TABLE WHERE customer = 'a')", "ValidationException"),
        ],
    )
    def test_what_is_refused(self, dynamodb: Any, statement: str, error: str) -> None:
        with refused(error):
            run(dynamodb, statement)


@TOGETHER
class TestTogether:
    def test_a_batch(self, dynamodb: Any, paul: Any) -> None:
        """API_BatchExecuteStatement.html: each for itself."""
        insert = f"INSERT INTO {TABLE} VALUE {{'customer': 'paul', 'order': 1}}"
        change = f"UPDATE {TABLE} SET amount = 1 WHERE customer = 'paul' AND \"order\" = 2"
        lost = "DELETE FROM nowhere WHERE a = 1"
        answers = dynamodb.batch_execute_statement(
            Statements=[{"Statement": each} for each in (insert, insert, change, lost)]
        )
        codes = [each.get("Error", {}).get("Code") for each in answers["Responses"]]
        assert codes == [None, "DuplicateItem", "ConditionalCheckFailed", "ResourceNotFound"]
        select = {"Statement": f"SELECT * FROM {TABLE} WHERE {KEY}"}
        several = {"Statement": f"SELECT * FROM {TABLE} WHERE customer = 'paul'"}
        found = dynamodb.batch_execute_statement(
            Statements=[select | {"Parameters": paul}, select | {"Parameters": [{"S": "x"}, {"N": "1"}]}, several]
        )["Responses"]
        assert found[:2] == [{"TableName": TABLE, "Item": key("paul", 1)}, {"TableName": TABLE}]
        assert found[2]["Error"]["Code"] == "ValidationError"
        with refused("ValidationException"):
            dynamodb.batch_execute_statement(Statements=[several, {"Statement": insert}])

    def test_a_transaction(self, dynamodb: Any, paul: Any) -> None:
        """API_ExecuteTransaction.html: all or nothing."""

        def together(*statements: str) -> Any:
            asked = [{"Statement": statement} for statement in statements]
            return dynamodb.execute_transaction(TransactStatements=asked)["Responses"]

        insert = f"INSERT INTO {TABLE} VALUE {{'customer': 'paul', 'order': 1, 'amount': 3}}"
        exists = f"EXISTS(SELECT * FROM {TABLE} WHERE customer = 'anna' AND \"order\" = 1 AND amount = NUMBER)"
        select = f"SELECT amount FROM {TABLE} WHERE customer = 'paul' AND \"order\" = "
        with refused("TransactionCanceledException") as failed:
            together(insert, exists.replace("NUMBER", "11"))
        assert str(failed.value).endswith("[None, ConditionalCheckFailed]")
        assert together(select + "1") == [{}]
        assert together(insert, exists.replace("NUMBER", "10")) == [{}, {}]
        assert together(select + "1", select + "2") == [{"Item": {"amount": {"N": "3"}}}, {}]
        assert together(select + "1 AND amount > 3", select + "1 AND amount <= 3") == [
            {},
            {"Item": {"amount": {"N": "3"}}},
        ]
        with refused("TransactionCanceledException") as failed:
            together(f"UPDATE {TABLE} SET amount = 4 WHERE customer = 'anna' AND \"order\" = 2", insert)
        assert [each["Code"] for each in failed.value.response["CancellationReasons"]] == ["None", "DuplicateItem"]
        assert str(failed.value).endswith("[None, DuplicateItem]")
        assert run(dynamodb, f"SELECT amount FROM TABLE WHERE {KEY}", *key("anna", 2).values()) == [
            {"amount": {"N": "20"}}
        ]
        with refused("ValidationException"):
            together(select + "1", insert)
        with refused("ValidationException"):
            together(select + '1 AND "order" = 2')
        with refused("ValidationException"):
            together(select.replace(TABLE, f'{TABLE}."by-state"') + "1")

    @CAPACITY
    def test_capacity(self, dynamodb: Any) -> None:
        """Of a table's statements together."""
        select = {"Statement": f"SELECT * FROM {TABLE} WHERE customer = 'anna' AND \"order\" = 1 AND amount = 10"}
        for used, units in (
            (dynamodb.batch_execute_statement(Statements=[select, select], ReturnConsumedCapacity="TOTAL"), 2),
            (dynamodb.execute_transaction(TransactStatements=[select, select], ReturnConsumedCapacity="TOTAL"), 4),
        ):
            [of_table] = used["ConsumedCapacity"]
            assert (of_table["TableName"], of_table["CapacityUnits"]) == (TABLE, units)
