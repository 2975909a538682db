"""DynamoDB's streams, what a function hears of them, and items whose time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ECHO = """
def handler(event, context):
    print("heard", *[record["eventName"] + record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]])
"""
NEW_AND_OLD = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.fixture(scope="module")
def table(client: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a table with a stream and returns its description."""

    def make(name: str, view: str = "NEW_AND_OLD_IMAGES") -> Any:
        return client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )["TableDescription"]

    return make


@pytest.fixture(scope="module")
def made(table: Callable[..., Any]) -> str:
    return str(table("made")["LatestStreamArn"])


def records(streams: Any, arn: str, **start: Any) -> list[Any]:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = start or {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, **start)["ShardIterator"]
    first = streams.get_records(ShardIterator=iterator, Limit=2)
    rest = streams.get_records(ShardIterator=first["NextShardIterator"])
    return [*first["Records"], *rest["Records"]]


@pytest.mark.feature("DynamoDB", "streams", partly="one shard, never closed; a stream is gone once there is a new one")
class TestStreams:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html"""

    def test_each_change_is_told_once_and_in_order(self, client: Callable[..., Any], table: Callable[..., Any]) -> None:
        dynamodb, streams = client("dynamodb"), client("dynamodbstreams")
        arn = table("told")["LatestStreamArn"]
        add = {"TableName": "told", "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD n :one"}
        add |= {"ExpressionAttributeValues": {":one": {"N": "1"}}}
        dynamodb.update_item(**add)  # makes it
        dynamodb.update_item(**add)
        dynamodb.put_item(TableName="told", Item={"id": {"S": "a"}, "n": {"N": "2"}})  # changes nothing
        dynamodb.delete_item(TableName="told", Key={"id": {"S": "a"}})
        found = records(streams, arn)
        assert [record["eventName"] for record in found] == ["INSERT", "MODIFY", "REMOVE"]
        assert [record["dynamodb"].get("OldImage", {}).get("n") for record in found] == [None, {"N": "1"}, {"N": "2"}]
        assert [record["dynamodb"].get("NewImage", {}).get("n") for record in found] == [{"N": "1"}, {"N": "2"}, None]
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in found]
        assert numbers == sorted(set(numbers))
        assert {record["awsRegion"] for record in found} == {"us-east-1"}
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": str(numbers[1])}
        assert [record["eventName"] for record in records(streams, arn, **after)] == ["REMOVE"]
        assert records(streams, arn, ShardIteratorType="LATEST") == []

    def test_a_view_has_what_was_asked_for(self, client: Callable[..., Any], table: Callable[..., Any]) -> None:
        arn = table("keys-alone", view="KEYS_ONLY")["LatestStreamArn"]
        client("dynamodb").put_item(TableName="keys-alone", Item={"id": {"S": "a"}, "n": {"N": "2"}})
        [record] = records(client("dynamodbstreams"), arn)
        assert record["dynamodb"]["Keys"] == {"id": {"S": "a"}}
        assert not {"OldImage", "NewImage"} & set(record["dynamodb"])

    def test_a_stream_ends_and_another_begins(self, client: Callable[..., Any], table: Callable[..., Any]) -> None:
        dynamodb, streams = client("dynamodb"), client("dynamodbstreams")
        arn = table("ended")["LatestStreamArn"]
        assert [each["StreamArn"] for each in streams.list_streams(TableName="ended")["Streams"]] == [arn]
        with pytest.raises(ClientError, match=r"\((ResourceInUse|Validation)Exception\)"):
            dynamodb.update_table(TableName="ended", StreamSpecification=NEW_AND_OLD)
        dynamodb.update_table(TableName="ended", StreamSpecification={"StreamEnabled": False})
        dynamodb.put_item(TableName="ended", Item={"id": {"S": "unheard"}})
        assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
        assert records(streams, arn) == []
        dynamodb.update_table(TableName="ended", StreamSpecification=NEW_AND_OLD)
        new = dynamodb.describe_table(TableName="ended")["Table"]["LatestStreamArn"]
        assert new != arn
        dynamodb.put_item(TableName="ended", Item={"id": {"S": "heard"}})
        assert [record["dynamodb"]["Keys"]["id"]["S"] for record in records(streams, new)] == ["heard"]

    def test_what_is_not_there(self, client: Callable[..., Any]) -> None:
        streams = client("dynamodbstreams")
        arn = "arn:aws:dynamodb:us-east-1:000000000000:table/nowhere/stream/2026-01-01T00:00:00.000"
        with pytest.raises(ClientError, match=r"\(ResourceNotFoundException\)"):
            streams.describe_stream(StreamArn=arn)
        with pytest.raises(ClientError, match=r"\(ValidationException\)"):
            streams.get_records(ShardIterator="nonsense")

    @pytest.mark.parametrize(
        ("start", "message"),
        [
            (
                {"ShardIteratorType": "FOO"},
                "1 validation error detected: Value 'FOO' at 'shardIteratorType' failed to satisfy constraint: Member"
                " must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
            ),
            ({"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "x" * 21}, "Invalid SequenceNumber"),
            ({"ShardIteratorType": "AFTER_SEQUENCE_NUMBER"}, "Invalid SequenceNumber"),
        ],
    )
    def test_where_nobody_can_begin(
        self, client: Callable[..., Any], made: str, start: dict[str, str], message: str
    ) -> None:
        with pytest.raises(ClientError) as refused:
            records(client("dynamodbstreams"), made, **start)
        assert refused.value.response["Error"] == {"Code": "ValidationException", "Message": message}


@pytest.mark.feature("DynamoDB", "streams that call a function")
def test_a_function_hears_of_changes(
    client: Callable[..., Any], table: Callable[..., Any], deploy: Callable[..., Any], until: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    arn = table("heard")["LatestStreamArn"]
    client("dynamodb").put_item(TableName="heard", Item={"id": {"S": "a"}})
    function = deploy(ECHO)
    mapping = client("lambda").create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=arn, StartingPosition="TRIM_HORIZON", BatchSize=10
    )
    client("dynamodb").delete_item(TableName="heard", Key={"id": {"S": "a"}})
    group = f"/aws/lambda/{function.name}"

    def heard() -> set[str]:
        if not client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return set()
        said = [event["message"].split() for event in client("logs").filter_log_events(logGroupName=group)["events"]]
        return {word for words in said if words[0] == "heard" for word in words[1:]}

    try:
        until(lambda: heard() == {"INSERTa", "REMOVEa"}, seconds=60)
    finally:
        client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


@pytest.mark.feature(
    "DynamoDB", "items whose time to live is over", partly="they go at `localdev expire`; on AWS within days"
)
class TestTimeToLive:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html"""

    def test_expired_items_go_once_told_to(
        self, client: Callable[..., Any], table: Callable[..., Any], expire: Callable[..., Any]
    ) -> None:
        dynamodb, now = client("dynamodb"), int(time.time())
        expire(now + 4000)  # what others left must not count
        arn = table("ends")["LatestStreamArn"]
        dynamodb.update_time_to_live(
            TableName="ends", TimeToLiveSpecification={"Enabled": True, "AttributeName": "end"}
        )
        ends = {"past": {"N": str(now - 5)}, "later": {"N": str(now + 3600)}, "never": None}
        ends["text"] = {"S": str(now - 5)}
        ends["long-past"] = {"N": str(now - 6 * 365 * 24 * 3600)}
        for name, end in ends.items():
            dynamodb.put_item(TableName="ends", Item={"id": {"S": name}} | ({"end": end} if end else {}))

        def left() -> set[str]:
            return {item["id"]["S"] for item in dynamodb.scan(TableName="ends")["Items"]}

        assert left() == set(ends)  # AWS answers with them until they are gone
        assert expire()["items"] == 1
        assert left() == set(ends) - {"past"}
        assert expire(now + 4000)["items"] == 1
        assert left() == {"text", "never", "long-past"}
        gone = [record for record in records(client("dynamodbstreams"), arn) if record["eventName"] == "REMOVE"]
        assert [record["dynamodb"]["Keys"]["id"]["S"] for record in gone] == ["past", "later"]
        by_service = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
        assert [record["userIdentity"] for record in gone] == [by_service] * 2

    def test_it_is_turned_on_and_off(self, client: Callable[..., Any], table: Callable[..., Any]) -> None:
        dynamodb = client("dynamodb")
        table("on-and-off")
        where: dict[str, Any] = {"TableName": "on-and-off"}
        on = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "end"}}
        off = {"TimeToLiveSpecification": {"Enabled": False, "AttributeName": "end"}}

        def status() -> dict[str, str]:
            return dict(dynamodb.describe_time_to_live(**where)["TimeToLiveDescription"])

        with pytest.raises(ClientError, match="already disabled"):
            dynamodb.update_time_to_live(**where, **off)
        dynamodb.update_time_to_live(**where, **on)
        assert status() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "end"}
        with pytest.raises(ClientError, match="already enabled"):
            dynamodb.update_time_to_live(**where, **on)
        dynamodb.update_time_to_live(**where, **off)
        assert status() == {"TimeToLiveStatus": "DISABLED"}
        with pytest.raises(ClientError, match=r"\(ResourceNotFoundException\)"):
            dynamodb.update_time_to_live(TableName="nowhere", **on)
