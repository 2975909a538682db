"""DynamoDB's tables and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.localdev.providers.dynamodb.orders import TABLE, orders, query, refused, schema

DOCUMENTATION = "https://docs.aws.amazon.com/amazondynamodb/latest"


@pytest.mark.feature("DynamoDB", "tables with hash and range keys, tags, deletion protection")
class TestTables:
    """API_CreateTable, API_DescribeTable, API_TagResource of the API reference."""

    def test_what_is_described(self, dynamodb: Any) -> None:
        table = dynamodb.describe_table(TableName=TABLE)["Table"]
        assert table["TableStatus"] == "ACTIVE"
        assert table["KeySchema"] == schema("customer", "order")
        assert table["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        pages = dynamodb.get_paginator("list_tables").paginate()
        assert TABLE in [name for page in pages for name in page["TableNames"]]

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
                AttributeDefinitions=[{"AttributeName": "colour", "AttributeType": "S"}],
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


POINT_IN_TIME = pytest.mark.feature(
    "DynamoDB", "point-in-time recovery", partly="restores of what there is now alone; others are refused"
)


@POINT_IN_TIME
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


class TestRestores:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html"""

    @pytest.fixture
    def table(self, dynamodb: Any) -> Iterator[str]:
        dynamodb.create_table(
            TableName="kept",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("key", "colour")],
            KeySchema=schema("key"),
            GlobalSecondaryIndexes=[
                {"IndexName": "by-colour", "KeySchema": schema("colour"), "Projection": {"ProjectionType": "ALL"}}
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName="kept", Item=item("before"))
        yield "kept"
        for name in ("kept", "restored"):
            with suppress(dynamodb.exceptions.ResourceNotFoundException):
                dynamodb.delete_table(TableName=name)

    def change(self, dynamodb: Any) -> None:
        change = {"UpdateExpression": "SET colour = :new", "ExpressionAttributeValues": {":new": {"S": "after"}}}
        dynamodb.update_item(TableName="kept", Key={"key": {"S": "k"}}, **change)

    @pytest.mark.feature("DynamoDB", "backups on demand, and restores")
    def test_a_backup(self, dynamodb: Any, table: str) -> None:
        arn = dynamodb.create_backup(TableName=table, BackupName="before")["BackupDetails"]["BackupArn"]
        self.change(dynamodb)
        [listed] = dynamodb.list_backups(TableName=table)["BackupSummaries"]
        assert (listed["BackupArn"], listed["BackupStatus"]) == (arn, "AVAILABLE")
        with refused("TableAlreadyExistsException"):
            dynamodb.restore_table_from_backup(TargetTableName=table, BackupArn=arn)
        dynamodb.delete_table(TableName=table)  # a backup outlives its table
        restored = dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)["TableDescription"]
        assert restored["RestoreSummary"]["SourceBackupArn"] == arn
        asked = {"KeyConditionExpression": "colour = :o", "ExpressionAttributeValues": {":o": {"S": "before"}}}
        assert dynamodb.query(TableName="restored", IndexName="by-colour", **asked)["Items"] == [item("before")]
        dynamodb.delete_backup(BackupArn=arn)
        with refused("BackupNotFoundException"):
            dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)

    @POINT_IN_TIME
    def test_a_point_in_time(self, dynamodb: Any, table: str) -> None:
        """PointInTimeRecovery_Howitworks.html"""
        asked = {"SourceTableName": table, "TargetTableName": "restored"}
        with refused("PointInTimeRecoveryUnavailableException"):
            dynamodb.restore_table_to_point_in_time(**asked, UseLatestRestorableTime=True)
        wanted = {"PointInTimeRecoveryEnabled": True}
        dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
        with refused("InternalFailure"):
            dynamodb.restore_table_to_point_in_time(**asked, RestoreDateTime=0)
        dynamodb.restore_table_to_point_in_time(**asked, UseLatestRestorableTime=True)
        self.change(dynamodb)
        assert dynamodb.scan(TableName="restored")["Items"] == [item("before")]


def item(colour: str) -> dict[str, Any]:
    return {"key": {"S": "k"}, "colour": {"S": colour}}
