"""Conditions of policies: what a request says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localdev.strict.account import ACCOUNT, Account, allow, credentials, denied, deny, policy

KEYS = pytest.mark.feature(
    "Strict mode",
    "condition keys: who asks, when, for what; `iam:PassedToService`, `dynamodb:LeadingKeys`, some of KMS, S3 and STS",
    partly="any other allows nothing, and denies",
)


@KEYS
@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "aws:PrincipalType", "User"),
        ("StringEquals", "aws:PrincipalAccount", ACCOUNT),
        ("StringEquals", "aws:ResourceAccount", ACCOUNT),
        ("StringEquals", "aws:username", "${aws:username}"),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/conditional"),
        ("NumericGreaterThan", "aws:EpochTime", "1"),
        ("DateGreaterThan", "aws:EpochTime", "2020-01-01T00:00:00+09:00"),
        ("DateGreaterThan", "aws:CurrentTime", "1"),
        ("StringLike", "aws:UserAgent", "*Boto3*"),
        ("Null", "aws:MultiFactorAuthPresent", "true"),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8"),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ],
)
def test_what_a_request_says_of_itself(account: Account, user: Any, operator: str, key: str, value: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    table = account.client("dynamodb").describe_table
    with_condition = {"Condition": {operator: {key: value}}}
    describe = user(allow("dynamodb:*"), deny("dynamodb:*", **with_condition)).describe_table
    assert denied(describe, TableName="led")[0] == "dynamodb:DescribeTable"
    assert (
        user(allow("dynamodb:*", **with_condition)).describe_table(TableName="led")["Table"]
        == (table(TableName="led")["Table"])
    )


@KEYS
def test_items_can_be_allowed_by_their_partition_key(user: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"""
    only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    table = user(allow("dynamodb:*", Condition=only))
    mine, others = {"id": {"S": "conditional"}}, {"id": {"S": "other"}}
    table.put_item(TableName="led", Item=mine)
    assert table.get_item(TableName="led", Key=mine)["Item"] == mine
    of = {"TableName": "led", "KeyConditionExpression": "#k = :v", "ExpressionAttributeNames": {"#k": "id"}}
    assert table.query(**of, ExpressionAttributeValues={":v": mine["id"]})["Items"] == [mine]
    assert denied(table.query, **of, ExpressionAttributeValues={":v": others["id"]})[0] == "dynamodb:Query"
    assert denied(table.get_item, TableName="led", Key=others)[0] == "dynamodb:GetItem"
    assert denied(table.batch_get_item, RequestItems={"led": {"Keys": [mine, others]}})[0] == "dynamodb:BatchGetItem"
    put = [{"PutRequest": {"Item": others}}]
    assert denied(table.batch_write_item, RequestItems={"led": put})[0] == "dynamodb:BatchWriteItem"
    transaction = [{"Put": {"TableName": "led", "Item": others}}]
    assert denied(table.transact_write_items, TransactItems=transaction)[0] == "dynamodb:PutItem"
    assert denied(table.scan, TableName="led")[0] == "dynamodb:Scan"


@pytest.fixture(scope="module")
def user(account: Account) -> Any:
    """``user(statement, ...)`` is a client for DynamoDB of a user that may do this and nothing else."""
    iam = account.client("iam")
    iam.create_user(UserName="conditional")
    keys = credentials(iam.create_access_key(UserName="conditional")["AccessKey"])
    account.client("dynamodb").create_table(
        TableName="led",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def may(*statements: Any) -> Any:
        iam.put_user_policy(UserName="conditional", PolicyName="may", PolicyDocument=policy(*statements))
        return account.client("dynamodb", keys)

    return may
