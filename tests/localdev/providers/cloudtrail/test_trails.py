"""Trails themselves: when they log, where to, and what they lack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.localdev.providers.cloudtrail.trails import LOGS, WATCHED, advanced, named, objects, policy, records

pytestmark = pytest.mark.emulator


@pytest.mark.feature("CloudTrail", "trails that log only once started, and not of themselves")
def test_only_what_happens_while_it_logs(
    client: Callable[..., Any], cloudtrail: Any, trail: Callable[..., str], delivered: Callable[..., Any]
) -> None:
    name = trail()
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[objects()])
    cloudtrail.stop_logging(Name=name)
    delivered()
    client("iam").list_roles()
    assert delivered() == []
    assert not cloudtrail.get_trail_status(Name=name)["IsLogging"]
    cloudtrail.start_logging(Name=name)
    client("iam").list_users()
    assert sorted(each["eventName"] for each in delivered()) == ["ListUsers", "StartLogging"]
    files = client("s3").list_objects_v2(Bucket=LOGS)["Contents"]
    told = [each for file in files for each in records(client("s3"), file["Key"])]
    ours = [each for each in told if (each["requestParameters"] or {}).get("bucketName") == LOGS]
    assert {each["eventName"] for each in ours} <= {"GetObject", "ListObjects", "PutBucketPolicy"}, "none of a delivery"


@pytest.mark.feature("CloudTrail", "trails of one region and of all")
def test_regions(emulator: Any, trail: Callable[..., str], delivered: Callable[..., Any], cloudtrail: Any) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html"""
    far = boto3.Session("test", "test", region_name="eu-west-1")
    logs, trails = (far.client(each, endpoint_url=emulator.endpoint_url) for each in ("logs", "cloudtrail"))
    name = trail()
    delivered()
    logs.describe_log_groups()
    assert delivered() == []
    assert name not in [each["Name"] for each in trails.describe_trails()["trailList"]]
    cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True)
    delivered()
    logs.describe_log_groups()
    assert named(delivered(), "DescribeLogGroups")["awsRegion"] == "eu-west-1"
    assert name in [each["Name"] for each in trails.describe_trails()["trailList"]]
    assert name not in [each["Name"] for each in trails.describe_trails(includeShadowTrails=False)["trailList"]]
    logs.close()
    trails.close()


@pytest.mark.feature("CloudTrail", "the bucket's policy is required")
def test_the_bucket_must_let_it_write(
    client: Callable[..., Any], cloudtrail: Any, trail: Callable[..., str], delivered: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html, "Errors" """
    wrong = cloudtrail.exceptions
    with pytest.raises(wrong.S3BucketDoesNotExistException):
        cloudtrail.create_trail(Name="nowhere", S3BucketName="no-such-bucket-of-logs")
    with pytest.raises(wrong.InsufficientS3BucketPolicyException, match=WATCHED):
        cloudtrail.create_trail(Name="closed", S3BucketName=WATCHED)
    name = trail()
    delivered()  # that it was started
    client("s3").put_bucket_policy(
        Bucket=LOGS, Policy=policy("arn:aws:cloudtrail:us-east-1:000000000000:trail/another")
    )
    try:
        with pytest.raises(wrong.InsufficientS3BucketPolicyException):
            cloudtrail.create_trail(Name="closed", S3BucketName=LOGS)
        assert delivered() == []
        assert cloudtrail.get_trail_status(Name=name)["LatestDeliveryError"] == "AccessDenied"
    finally:
        client("s3").put_bucket_policy(Bucket=LOGS, Policy=policy("arn:aws:cloudtrail:*:000000000000:trail/*"))


@pytest.mark.feature("CloudTrail", "trails: names, limits, tags, errors")
def test_trails_themselves(cloudtrail: Any, trail: Callable[..., str]) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html, "Errors" """
    name, wrong = trail(TagsList=[{"Key": "a", "Value": "1"}]), cloudtrail.exceptions
    found = cloudtrail.get_trail(Name=name)["Trail"]
    arn = f"arn:aws:cloudtrail:us-east-1:000000000000:trail/{name}"
    assert (found["TrailARN"], found["S3BucketName"], found["HomeRegion"]) == (arn, LOGS, "us-east-1")
    assert {"TrailARN": arn, "Name": name, "HomeRegion": "us-east-1"} in cloudtrail.list_trails()["Trails"]
    cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": "b", "Value": "2"}])
    cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": "a"}])
    (tagged,) = cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    assert tagged["TagsList"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(wrong.TrailAlreadyExistsException):
        cloudtrail.create_trail(Name=name, S3BucketName=LOGS)
    with pytest.raises(wrong.InvalidTrailNameException):
        cloudtrail.create_trail(Name="a b", S3BucketName=LOGS)
    with pytest.raises(wrong.InvalidParameterCombinationException):
        cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False)
    while len(cloudtrail.list_trails()["Trails"]) < 5:
        trail()
    with pytest.raises(wrong.MaximumNumberOfTrailsExceededException):
        trail()
    for call in (cloudtrail.start_logging, cloudtrail.delete_trail, cloudtrail.get_trail_status):
        with pytest.raises(wrong.TrailNotFoundException):
            call(Name="not-there")


@pytest.mark.feature("CloudTrail", "trails: names, limits, tags, errors")
def test_a_reset_forgets_them(emulator: Any, ask: Callable[..., Any]) -> None:
    theirs = boto3.Session("222222222222", "any", region_name="us-east-1")
    s3, trails = (theirs.client(each, endpoint_url=emulator.endpoint_url) for each in ("s3", "cloudtrail"))
    s3.create_bucket(Bucket="logs-of-others")
    text = policy("arn:aws:cloudtrail:*").replace(LOGS, "logs-of-others").replace("000000000000", "222222222222")
    s3.put_bucket_policy(Bucket="logs-of-others", Policy=text)
    trails.create_trail(Name="theirs", S3BucketName="logs-of-others")
    assert trails.lookup_events()["Events"]
    assert ask("/_localdev/reset?account=222222222222", "POST").status == 200
    assert trails.list_trails()["Trails"] == []
    assert "CreateTrail" not in [each["EventName"] for each in trails.lookup_events()["Events"]]
    s3.close()
    trails.close()


@pytest.mark.feature("CloudTrail", "event history", partly="since the first trail was made, the last 1,000 events")
def test_events_are_looked_up(client: Callable[..., Any], cloudtrail: Any, trail: Callable[..., str]) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""
    trail()
    for _ in range(2):
        client("iam").get_account_summary()
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "GetAccountSummary"}]
    first = cloudtrail.lookup_events(LookupAttributes=by_name, MaxResults=1)
    second = cloudtrail.lookup_events(LookupAttributes=by_name, NextToken=first["NextToken"])
    (event,), (other, *_) = first["Events"], second["Events"]
    assert (event["EventSource"], event["Username"], event["ReadOnly"]) == ("iam.amazonaws.com", "root", "true")
    assert json.loads(event["CloudTrailEvent"])["eventID"] == event["EventId"] != other["EventId"]
    assert cloudtrail.lookup_events(LookupAttributes=by_name, EndTime=0)["Events"] == []


@pytest.mark.feature(
    "CloudTrail",
    "digests, log groups, topics, keys, organizations, Insights",
    lacking="refused with the name of what is lacking",
)
@pytest.mark.parametrize(
    "name", ["EnableLogFileValidation", "CloudWatchLogsLogGroupArn", "SnsTopicName", "KmsKeyId", "IsOrganizationTrail"]
)
def test_what_is_not_emulated(cloudtrail: Any, name: str) -> None:
    value = True if name[:2] in ("En", "Is") else "some"
    with pytest.raises(cloudtrail.exceptions.ClientError, match=f"{name} is not emulated"):
        cloudtrail.create_trail(Name="lacking", S3BucketName=LOGS, **{name: value})


@pytest.mark.feature(
    "CloudTrail",
    "digests, log groups, topics, keys, organizations, Insights",
    lacking="refused with the name of what is lacking",
)
def test_selectors_that_are_not_emulated(cloudtrail: Any, trail: Callable[..., str]) -> None:
    name, error = trail(), cloudtrail.exceptions.ClientError
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    with pytest.raises(error, match="data events of AWS::Lambda::Function is not emulated"):
        cloudtrail.put_event_selectors(TrailName=name, EventSelectors=[{**objects(), "DataResources": [functions]}])
    table = {"Equals": ["AWS::DynamoDB::Table"]}
    with pytest.raises(error, match="data events of AWS::DynamoDB::Table is not emulated"):
        cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=[advanced(resources__type=table)])
    with pytest.raises(error, match="Insights is not emulated"):
        cloudtrail.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
