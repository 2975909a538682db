"""Trails: what they record, for whom, and where it is found."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.emulator
LOGS = "logs-of-trails"
WATCHED = "watched-by-trails"
FILES = "log files in the bucket, as gzipped records"
EVENTS = "management events: who, what, with which parameters, with what success"
SELECTED = "event selectors, basic and advanced; data events of S3"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def cloudtrail(client: Callable[..., Any]) -> Any:
    return client("cloudtrail")


@pytest.fixture(scope="module", autouse=True)
def buckets(client: Callable[..., Any]) -> None:
    """With the policy of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    for name in (LOGS, WATCHED):
        client("s3").create_bucket(Bucket=name)
    client("s3").put_bucket_policy(Bucket=LOGS, Policy=policy("arn:aws:cloudtrail:*:000000000000:trail/*"))


def policy(trail: str) -> str:
    principal, bucket = (
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Effect": "Allow"},
        f"arn:aws:s3:::{LOGS}",
    )
    source = {"aws:SourceArn": trail}
    written = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "StringLike": source}
    statements = [
        {**principal, "Action": "s3:GetBucketAcl", "Resource": bucket, "Condition": {"StringLike": source}},
        {**principal, "Action": "s3:PutObject", "Resource": f"{bucket}/*AWSLogs/000000000000/*", "Condition": written},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def trail(cloudtrail: Any) -> Iterator[Callable[..., str]]:
    """Makes a trail that logs, and returns its name."""
    made = []

    def trail(**more: Any) -> str:
        name = f"trail-{os.getpid()}-{next(_numbers)}"
        cloudtrail.create_trail(Name=name, S3BucketName=LOGS, **more)
        made.append(name)
        cloudtrail.start_logging(Name=name)
        return name

    yield trail
    for name in made:
        cloudtrail.delete_trail(Name=name)


@pytest.fixture(scope="module")
def delivered(ask: Callable[..., Any], client: Callable[..., Any]) -> Callable[[], list[dict[str, Any]]]:
    """What there is to deliver, delivered now: records that were not returned before, but for those of this reading."""
    s3, seen = client("s3"), set[str]()

    def delivered() -> list[dict[str, Any]]:
        ask("/_localdev/cloudtrail/deliver", "POST")  # or it is done already
        keys = {each["Key"] for each in s3.list_objects_v2(Bucket=LOGS).get("Contents", [])} - seen
        seen.update(keys)
        found = [record for key in sorted(keys) for record in records(s3, key)]
        return [each for each in found if (each["requestParameters"] or {}).get("bucketName") != LOGS]

    return delivered


def records(s3: Any, key: str) -> list[dict[str, Any]]:
    answer = s3.get_object(Bucket=LOGS, Key=key)
    assert answer["ContentEncoding"] == "gzip"
    found: list[dict[str, Any]] = json.loads(gzip.decompress(answer["Body"].read()))["Records"]
    return found


def named(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (one,) = (each for each in found if each["eventName"] == name)
    return one


@pytest.mark.feature("CloudTrail", FILES, partly="a second after the event; AWS takes about five minutes")
def test_a_log_file_is_delivered_by_itself(
    client: Callable[..., Any], trail: Callable[..., str], until: Callable[..., Any], cloudtrail: Any
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html"""
    s3, name = client("s3"), trail(S3KeyPrefix="mine")
    client("iam").list_roles()
    listed = until(lambda: s3.list_objects_v2(Bucket=LOGS, Prefix="mine/").get("Contents"), 30)
    folder = r"mine/AWSLogs/000000000000/CloudTrail/us-east-1/\d{4}/\d\d/\d\d"
    name_of_file = r"000000000000_CloudTrail_us-east-1_\d{8}T\d{4}Z_\w{16}\.json\.gz"
    assert re.fullmatch(f"{folder}/{name_of_file}", listed[0]["Key"])
    assert named(records(s3, listed[0]["Key"]), "ListRoles")
    status = until(lambda: cloudtrail.get_trail_status(Name=name))
    assert status["IsLogging"]
    assert status["LatestDeliveryTime"] >= status["StartLoggingTime"]


@pytest.mark.feature("CloudTrail", EVENTS, partly="parameters by the names of the API, a capital fewer")
def test_what_a_record_says(
    client: Callable[..., Any], trail: Callable[..., str], delivered: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html"""
    trail()
    logs = client("logs")
    answer = logs.create_log_group(logGroupName="told")
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="told")
    client("lambda").list_functions()
    found = delivered()
    first, second = sorted((each for each in found if each["eventName"] == "CreateLogGroup"), key=len)
    assert {name: first[name] for name in first if name not in ("eventTime", "eventID", "userAgent")} == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": "000000000000",
            "arn": "arn:aws:iam::000000000000:root",
            "accountId": "000000000000",
            "accessKeyId": "test",
        },
        "eventSource": "logs.amazonaws.com",
        "eventName": "CreateLogGroup",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"logGroupName": "told"},
        "responseElements": None,
        "requestID": answer["ResponseMetadata"]["RequestId"],
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "000000000000",
        "eventCategory": "Management",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["eventTime"])
    assert "Boto3" in first["userAgent"]
    assert second["errorCode"] == "ResourceAlreadyExistsException"
    assert first["eventID"] != second["eventID"]
    assert named(found, "ListFunctions")["readOnly"]
    logs.delete_log_group(logGroupName="told")


@pytest.mark.feature("CloudTrail", "who called: root, users, roles, nobody")
def test_who_called(
    client: Callable[..., Any],
    trail: Callable[..., str],
    delivered: Callable[..., Any],
    emulator: Any,
    ask: Callable[..., Any],
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    name = trail()
    client("cloudtrail").put_event_selectors(TrailName=name, EventSelectors=[objects()])
    iam = client("iam")
    iam.create_user(UserName="told")
    key = iam.create_access_key(UserName="told")["AccessKey"]
    role = iam.create_role(RoleName="told", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="meeting")["Credentials"]
    delivered()
    for pair in (
        (key["AccessKeyId"], key["SecretAccessKey"]),
        (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]),
    ):
        s3 = boto3.Session(*pair, region_name="us-east-1").client("s3", endpoint_url=emulator.endpoint_url)
        s3.list_buckets()
        s3.close()
    ask(f"/{WATCHED}/any")
    who = {each["userIdentity"]["type"]: each["userIdentity"] for each in delivered()}
    user, assumed, nobody = who["IAMUser"], who["AssumedRole"], who["AWSAccount"]
    assert (user["userName"], user["accessKeyId"]) == ("told", key["AccessKeyId"])
    assert assumed["arn"] == "arn:aws:sts::000000000000:assumed-role/told/meeting"
    assert assumed["sessionContext"]["sessionIssuer"]["arn"] == role
    assert nobody["accountId"] == "ANONYMOUS_PRINCIPAL"
    iam.delete_access_key(UserName="told", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="told")
    iam.delete_role(RoleName="told")


@pytest.mark.feature("CloudTrail", "secrets hidden")
def test_no_secret_is_written(
    client: Callable[..., Any], trail: Callable[..., str], delivered: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    """AWS hides them, too: https://docs.aws.amazon.com/cognito/latest/developerguide/logging-using-cloudtrail.html"""
    trail()
    secret = "Y0u-will-not-read-this"
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="told")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", TemporaryPassword=secret)
    client("secretsmanager").create_secret(Name="told", SecretString=secret)
    client("ssm").put_parameter(Name="told", Value=secret, Type="String")
    session = client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/r", RoleSessionName="told")[
        "Credentials"
    ]
    key = client("iam").create_access_key(UserName=client("iam").create_user(UserName="keyed")["User"]["UserName"])
    found = delivered()
    text = json.dumps(found)
    assert secret not in text
    assert key["AccessKey"]["SecretAccessKey"] not in text
    assert session["SecretAccessKey"] not in text
    assert session["SessionToken"] not in text
    assert named(found, "AdminCreateUser")["requestParameters"]["temporaryPassword"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert named(found, "AdminCreateUser")["requestParameters"]["userPoolId"] == pool
    cognito.delete_user_pool(UserPoolId=pool)
    client("secretsmanager").delete_secret(SecretId="told", ForceDeleteWithoutRecovery=True)


def objects(*values: str, **more: Any) -> dict[str, Any]:
    resources = [{"Type": "AWS::S3::Object", "Values": list(values) or ["arn:aws:s3"]}]
    return {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": resources, **more}


def advanced(**fields: Any) -> dict[str, Any]:
    data = {"eventCategory": {"Equals": ["Data"]}, "resources__type": {"Equals": ["AWS::S3::Object"]}}
    chosen = {**data, **fields}
    return {"FieldSelectors": [{"Field": name.replace("__", "."), **each} for name, each in chosen.items()]}


@pytest.mark.feature("CloudTrail", SELECTED, partly="no data events of other services: such selectors are refused")
@pytest.mark.parametrize(
    ("selector", "want"),
    [
        (None, ["DeleteBucketTagging", "GetBucketTagging"]),
        (objects(), ["DeleteBucketTagging", "DeleteObject", "GetBucketTagging", "GetObject", "PutObject", "PutObject"]),
        (objects(IncludeManagementEvents=False, ReadWriteType="ReadOnly"), ["GetObject"]),
        (objects(IncludeManagementEvents=False, ReadWriteType="WriteOnly"), ["DeleteObject", "PutObject", "PutObject"]),
        (objects(f"arn:aws:s3:::{WATCHED}/in/", IncludeManagementEvents=False), ["GetObject", "PutObject"]),
        (objects("arn:aws:s3:::another/", IncludeManagementEvents=False), []),
        (objects("arn:aws:s3:::another/", ExcludeManagementEventSources=["s3.amazonaws.com"]), []),
        (advanced(), ["DeleteObject", "GetObject", "PutObject", "PutObject"]),
        (advanced(readOnly={"Equals": ["false"]}), ["DeleteObject", "PutObject", "PutObject"]),
        (advanced(eventName={"NotEquals": ["PutObject"]}), ["DeleteObject", "GetObject"]),
        (advanced(resources__ARN={"StartsWith": [f"arn:aws:s3:::{WATCHED}/in/"]}), ["GetObject", "PutObject"]),
        (advanced(resources__ARN={"NotEndsWith": ["one"]}), ["DeleteObject", "PutObject"]),
        (
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            ["DeleteBucketTagging", "GetBucketTagging"],
        ),
    ],
)
def test_what_is_selected(
    client: Callable[..., Any],
    cloudtrail: Any,
    trail: Callable[..., str],
    delivered: Callable[..., Any],
    selector: Any,
    want: list[str],
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html"""
    s3, name = client("s3"), trail()
    if selector:
        kind = "AdvancedEventSelectors" if "FieldSelectors" in selector else "EventSelectors"
        cloudtrail.put_event_selectors(TrailName=name, **{kind: [selector]})
        assert kind in cloudtrail.get_event_selectors(TrailName=name)
    delivered()
    s3.put_object(Bucket=WATCHED, Key="in/one", Body=b"1")
    s3.put_object(Bucket=WATCHED, Key="two", Body=b"2")
    s3.get_object(Bucket=WATCHED, Key="in/one")
    s3.delete_object(Bucket=WATCHED, Key="two")
    with pytest.raises(s3.exceptions.ClientError):
        s3.get_bucket_tagging(Bucket=WATCHED)
    s3.delete_bucket_tagging(Bucket=WATCHED)
    found = delivered()
    assert sorted(each["eventName"] for each in found) == want
    for each in found:
        assert each["requestParameters"]["bucketName"] == WATCHED
        if each["eventCategory"] == "Data":
            assert each["resources"][0]["ARN"] == f"arn:aws:s3:::{WATCHED}/{each['requestParameters']['key']}"
            assert each["resources"][1]["ARN"] == f"arn:aws:s3:::{WATCHED}"


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
    for _ in range(4):
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
