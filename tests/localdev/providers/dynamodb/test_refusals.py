"""What DynamoDB refuses before it looks at an item, in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.providers.dynamodb.orders import TABLE, key, query


def why(refused: pytest.ExceptionInfo[ClientError]) -> str:
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


@pytest.mark.feature("DynamoDB", "expressions that are refused", partly="not every word of a syntax error is AWS's")
class TestExpressions:
    """Expressions.ExpressionAttributeNames.html and Expressions.OperatorsAndFunctions.html of the developer guide."""

    @pytest.mark.parametrize(
        ("condition", "message"),
        [
            ("#a = :v", "An expression attribute name used in the document path is not defined; attribute name: #a"),
            ("a = :w", "An expression attribute value used in expression is not defined; attribute value: :w"),
            ("a ===", 'Syntax error; token: "=", near: "==="'),
            ("a = :v :v", 'Syntax error; token: ":v", near: ":v :v"'),
            ("a = :v AND", 'Syntax error; token: "<EOF>", near: "AND"'),
            ("contains (a, ) AND a = :v", 'Syntax error; token: ")", near: ", ) AND"'),
            ("a IN (:v, :v", 'Syntax error; token: "<EOF>", near: ":v"'),
        ],
    )
    def test_a_condition(self, dynamodb: Any, condition: str, message: str) -> None:
        more = {"ConditionExpression": condition, "ExpressionAttributeValues": {":v": {"N": "1"}}}
        with pytest.raises(ClientError) as refused:
            dynamodb.put_item(TableName=TABLE, Item=key("rosa", 1), **more)
        assert why(refused) == f"Invalid ConditionExpression: {message}"
        put = {"Put": {"TableName": TABLE, "Item": key("rosa", 1), **more}}
        with pytest.raises(ClientError) as refused:
            dynamodb.transact_write_items(TransactItems=[put])
        assert why(refused) == f"Invalid ConditionExpression: {message}"

    def test_others(self, dynamodb: Any) -> None:
        undefined = "An expression attribute name used in the document path is not defined; attribute name: #a"
        with pytest.raises(ClientError) as refused:
            dynamodb.scan(TableName=TABLE, FilterExpression="attribute_exists(#a)")
        assert why(refused) == f"Invalid FilterExpression: {undefined}"
        with pytest.raises(ClientError) as refused:
            query(dynamodb, "#a = :c", values={"c": {"S": "anna"}})
        assert why(refused) == f"Invalid KeyConditionExpression: {undefined}"
        with pytest.raises(ClientError) as refused:
            dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [key("anna", 1)], "ProjectionExpression": "#a"}})
        assert why(refused) == f"Invalid ProjectionExpression: {undefined}"
        with pytest.raises(ClientError) as refused:
            dynamodb.update_item(TableName=TABLE, Key=key("anna", 1), UpdateExpression="REMOVE #a")
        assert why(refused) == f"Invalid UpdateExpression: {undefined}"


@pytest.mark.feature("DynamoDB", "values and keys that are refused")
class TestValues:
    """HowItWorks.NamingRulesDataTypes.html of the developer guide."""

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
            ({"N": "NaN"}, "The parameter cannot be converted to a numeric value: NaN"),
            ({"NS": ["1", "x"]}, "The parameter cannot be converted to a numeric value: x"),
            (
                {"SS": ["a", "b", "a"]},
                "One or more parameter values were invalid: Input collection [a, b, a] contains duplicates.",
            ),
            (
                {"NS": ["1", "1.0"]},
                "One or more parameter values were invalid: Input collection contains duplicates.",
            ),
            (
                {"BS": [b"a", b"a"]},
                "One or more parameter values were invalid: Input collection contains duplicates.",
            ),
        ],
    )
    def test_values_deep_within(self, dynamodb: Any, value: Any, message: str) -> None:
        deep = {"L": [{"M": {"deep": value}}]}
        attempts = [
            lambda: dynamodb.put_item(TableName=TABLE, Item=key("rosa", 1) | {"x": value}),
            lambda: dynamodb.batch_write_item(
                RequestItems={TABLE: [{"PutRequest": {"Item": key("rosa", 1) | {"x": deep}}}]}
            ),
            lambda: dynamodb.update_item(
                TableName=TABLE,
                Key=key("rosa", 1),
                UpdateExpression="SET x = :x",
                ExpressionAttributeValues={":x": deep},
            ),
            lambda: dynamodb.update_item(
                TableName=TABLE, Key=key("rosa", 1), AttributeUpdates={"x": {"Action": "PUT", "Value": value}}
            ),
            lambda: dynamodb.execute_statement(
                Statement=f"INSERT INTO \"{TABLE}\" VALUE {{'customer': 'rosa', 'order': 1, 'x': ?}}",
                Parameters=[value],
            ),
        ]
        for attempt in attempts:
            with pytest.raises(ClientError) as refused:
                attempt()
            assert why(refused) == message

    def test_numbers_as_they_may_be_written(self, dynamodb: Any) -> None:
        numbers = ["1", "-1.5", "+2.", ".5", "1E-7", "12345678901234567890123456789012345678"]
        item = key("rosa", 1) | {"x": {"L": [{"N": number} for number in numbers]}}
        dynamodb.put_item(TableName=TABLE, Item=item)
        dynamodb.delete_item(TableName=TABLE, Key=key("rosa", 1))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"customer": {"N": "1"}, "order": {"N": "1"}},
            {"customer": {"S": "anna"}, "order": {"S": "1"}},
            {"customer": {"S": "anna"}},
            key("anna", 1) | {"more": {"S": "x"}},
        ],
    )
    def test_a_key_that_is_not_the_tables(self, dynamodb: Any, wrong: Any) -> None:
        attempts = [
            lambda: dynamodb.get_item(TableName=TABLE, Key=wrong),
            lambda: dynamodb.delete_item(TableName=TABLE, Key=wrong),
            lambda: dynamodb.update_item(TableName=TABLE, Key=wrong),
            lambda: dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [wrong]}}),
            lambda: dynamodb.batch_write_item(RequestItems={TABLE: [{"DeleteRequest": {"Key": wrong}}]}),
        ]
        for attempt in attempts:
            with pytest.raises(ClientError) as refused:
                attempt()
            assert why(refused) == "The provided key element does not match the schema"
