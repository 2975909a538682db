"""What trails record, for whom, and where it is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.localdev.providers.cloudtrail.trails import LOGS, WATCHED, advanced, named, objects, records

pytestmark = pytest.mark.emulator
FILES = "log files in the bucket, as gzipped records"
EVENTS = "management events: who, what, with which parameters, with what success"
SELECTED = "event selectors, basic and advanced; data events of S3"


@pytest.mark.feature("CloudTrail", FILES, partly="a second after the event; AWS takes about five minutes")
def test_a_log_file_is_delivered_by_itself(
    client: Callable[..., Any], trail: Callable[..., str], until: Callable[..., Any], cloudtrail: Any
) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html"""
    s3, name = client("s3"), trail(S3KeyPrefix="mine")
    client("iam").list_roles()

    def files() -> list[str]:
        return [each["Key"] for each in s3.list_objects_v2(Bucket=LOGS, Prefix="mine/").get("Contents", [])]

    def told() -> list[str]:
        """In one file or two: a second may have passed between the first event and the other."""
        return sorted(record["eventName"] for file in files() for record in records(s3, file))

    until(lambda: told() == ["ListRoles", "StartLogging"])
    folder = r"mine/AWSLogs/000000000000/CloudTrail/us-east-1/\d{4}/\d\d/\d\d"
    name_of_file = r"000000000000_CloudTrail_us-east-1_\d{8}T\d{4}Z_\w{16}\.json\.gz"
    assert all(re.fullmatch(f"{folder}/{name_of_file}", file) for file in files())
    status = cloudtrail.get_trail_status(Name=name)
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
    assert second["errorMessage"] == "The specified log group already exists"
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


@pytest.mark.feature("CloudTrail", "secrets hidden")
def test_no_error_repeats_a_secret(
    client: Callable[..., Any], trail: Callable[..., str], delivered: Callable[..., Any]
) -> None:
    """Whatever the error is about: its message is hidden with what was asked."""
    trail()
    with pytest.raises(ClientError):
        client("lambda").update_function_configuration(
            FunctionName="nowhere", Environment={"Variables": {"TOKEN": "secret"}}
        )
    with pytest.raises(ClientError):
        client("secretsmanager").put_secret_value(SecretId="nowhere", SecretString="secret")
    with pytest.raises(ClientError):
        client("secretsmanager").describe_secret(SecretId="nowhere")
    found = [each for each in delivered() if "errorCode" in each]
    messages = {each["eventName"]: each["errorMessage"] for each in found}
    assert messages.pop("DescribeSecret").endswith("can't find the specified secret.")
    assert messages == {
        "UpdateFunctionConfiguration": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "PutSecretValue": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }


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
