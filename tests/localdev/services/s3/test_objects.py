"""Addresses of buckets, versions, conditions and notifications, which LocalStack's own S3 does as AWS's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOTE = """
def handler(event, context):
    for record in event["Records"]:
        print("noted", record["eventName"], record["s3"]["object"]["key"])
"""


@pytest.mark.feature("S3", "buckets by path, and by host")
def test_a_bucket_by_path_and_by_host(
    client: Callable[..., Any], bucket: Callable[..., str], publish: Callable[..., None], send: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html"""
    name = bucket()
    publish(name)
    client("s3").put_object(Bucket=name, Key="a/key", Body=b"content")
    assert send("GET", f"/{name}/a/key").text == "content"
    assert send("GET", "/a/key", Host=f"{name}.s3.amazonaws.com").text == "content"
    assert send("GET", "/a/key", Host=f"{name}.s3.us-east-1.amazonaws.com").text == "content"
    refused = send("GET", "/a/key", Host="nobody-has-it.s3.amazonaws.com")
    assert (refused.status, "<Code>NoSuchBucket</Code>" in refused.text) == (404, True)


@pytest.mark.feature("S3", "versions and delete markers")
def test_versions(client: Callable[..., Any], bucket: Callable[..., str]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""
    s3, where = client("s3"), {"Bucket": bucket("Enabled"), "Key": "key"}
    first, second = (s3.put_object(**where, Body=body)["VersionId"] for body in (b"1", b"2"))
    assert s3.get_object(**where)["Body"].read() == b"2"
    assert s3.get_object(**where, VersionId=first)["Body"].read() == b"1"
    marker = s3.delete_object(**where)
    assert marker["DeleteMarker"] is True
    with pytest.raises(ClientError, match="NoSuchKey") as gone:
        s3.get_object(**where)
    assert gone.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with pytest.raises(ClientError, match="MethodNotAllowed"):
        s3.get_object(**where, VersionId=marker["VersionId"])
    listed = s3.list_object_versions(Bucket=where["Bucket"])
    assert [version["VersionId"] for version in listed["Versions"]] == [second, first]
    assert [each["IsLatest"] for each in listed["DeleteMarkers"]] == [True]
    s3.delete_object(**where, VersionId=marker["VersionId"])
    assert s3.get_object(**where)["Body"].read() == b"2"
    s3.delete_object(**where, VersionId=second)
    assert s3.get_object(**where)["Body"].read() == b"1"


@pytest.mark.feature("S3", "conditional reads and writes")
def test_conditions(client: Callable[..., Any], bucket: Callable[..., str]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html"""
    s3, where = client("s3"), {"Bucket": bucket(), "Key": "key"}
    etag = s3.put_object(**where, Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**where, Body=b"2", IfNoneMatch="*")
    with pytest.raises(ClientError, match="304"):
        s3.get_object(**where, IfNoneMatch=etag)
    s3.put_object(**where, Body=b"3", IfMatch=etag)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**where, Body=b"4", IfMatch=etag)
    assert s3.get_object(**where)["Body"].read() == b"3"


@pytest.mark.feature("S3", "notifications to a function, by prefix and suffix")
def test_a_function_is_told(
    client: Callable[..., Any], bucket: Callable[..., str], deploy: Callable[..., Any], until: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    s3, name, function = client("s3"), bucket(), deploy(NOTE)
    arn = client("lambda").get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]
    wanted = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [wanted | {"Filter": {"Key": {"FilterRules": rules}}}]
        },
    )
    for key in ("out/a.jpg", "in/a.txt", "in/a b.jpg"):
        s3.put_object(Bucket=name, Key=key, Body=b"")
    s3.delete_object(Bucket=name, Key="in/a b.jpg")
    group = f"/aws/lambda/{function.name}"

    def noted() -> set[str]:
        if not client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return set()
        said = [event["message"].strip() for event in client("logs").filter_log_events(logGroupName=group)["events"]]
        return {line.removeprefix("noted ") for line in said if line.startswith("noted")}

    want = {"ObjectCreated:Put in/a+b.jpg", "ObjectRemoved:Delete in/a+b.jpg"}
    assert until(lambda: len(found := noted()) >= 2 and found, seconds=60) == want


@pytest.mark.feature("S3", "events for EventBridge")
def test_eventbridge_is_told_the_key_as_it_is(
    client: Callable[..., Any], bucket: Callable[..., str], until: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    s3, queues, events, name, key = client("s3"), client("sqs"), client("events"), bucket(), "in/ä b+c%20d.jpg"
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    s3.put_object(Bucket=name, Key=key, Body=b"")
    (message,) = until(lambda: queues.receive_message(QueueUrl=url).get("Messages"), seconds=30)
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]["object"]["key"]) == ("Object Created", key)
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
    queues.delete_queue(QueueUrl=url)


def test_a_function_that_is_not_there_cannot_be_told(client: Callable[..., Any], bucket: Callable[..., str]) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
    wanted = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    with pytest.raises(ClientError, match="InvalidArgument"):
        client("s3").put_bucket_notification_configuration(Bucket=bucket(), NotificationConfiguration=wanted)
