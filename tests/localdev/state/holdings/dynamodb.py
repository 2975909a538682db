from __future__ import annotations

from typing import Any


def make(of: Any, memo: dict[str, Any]) -> None:
    dynamodb, streams = of("dynamodb"), of("dynamodbstreams")
    index = {"IndexName": "by-day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}]}
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day")],
        GlobalSecondaryIndexes=[index | {"Projection": {"ProjectionType": "ALL"}}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "owner", "Value": "me"}],
    )
    lives = {"Enabled": True, "AttributeName": "until"}
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification=lives)
    order(of, "before")
    memo["arn"] = dynamodb.describe_table(TableName="orders")["Table"]["TableArn"]
    stream = streams.list_streams(TableName="orders")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    about = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    memo["stream"], memo["iterator"] = stream, streams.get_shard_iterator(**about)["ShardIterator"]


def order(of: Any, name: str) -> None:
    item = {"id": {"S": name}, "day": {"S": "Monday"}, "until": {"N": "4102444800"}, "raw": {"B": b"\x00"}}
    of("dynamodb").put_item(TableName="orders", Item=item)


def look(of: Any, memo: dict[str, Any]) -> Any:
    dynamodb, streams = of("dynamodb"), of("dynamodbstreams")
    return [
        dynamodb.describe_table(TableName="orders"),
        dynamodb.describe_time_to_live(TableName="orders"),
        dynamodb.list_tags_of_resource(ResourceArn=memo["arn"]),
        dynamodb.scan(TableName="orders"),
        streams.describe_stream(StreamArn=memo["stream"]),
        streams.get_records(ShardIterator=memo["iterator"]),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """The index and an iterator of before know the new order, too."""
    order(of, "after")
    monday = {":day": {"S": "Monday"}}
    found = of("dynamodb").query(
        TableName="orders", IndexName="by-day", KeyConditionExpression="#day = :day",
        ExpressionAttributeNames={"#day": "day"}, ExpressionAttributeValues=monday,
    )  # fmt: skip
    assert {each["id"]["S"] for each in found["Items"]} == {"before", "after"}
    records = of("dynamodbstreams").get_records(ShardIterator=memo["iterator"])["Records"]
    assert [each["dynamodb"]["Keys"]["id"]["S"] for each in records] == ["before", "after"]
