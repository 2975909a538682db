"""Conditions about tags: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.strict.account import ACCOUNT, Account, Role, allow, credentials, denied, deny

pytestmark = pytest.mark.feature(
    "Strict mode",
    "tags in conditions: `aws:ResourceTag`, `aws:RequestTag`, `aws:TagKeys`, `aws:PrincipalTag`, those of objects",
    partly="tags of APIs, buckets, pools and policies allow nothing, and deny",
)

RED = {"team": "red"}
OURS = {"StringEquals": {"aws:ResourceTag/Team": "red"}}
LIST = [{"Key": "team", "Value": "red"}]

DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
ORIGIN = {"Id": "o", "DomainName": "example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
CONFIG = {"CallerReference": "1", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [ORIGIN]}}
CONFIG["DefaultCacheBehavior"] = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"}


@pytest.fixture(scope="module")
def role(account: Account) -> Role:
    return account.role()


@pytest.fixture(scope="module")
def as_role(role: Role) -> Callable[..., Any]:
    return role.session()


def listed(tags: dict[str, str], prefix: str = "") -> list[dict[str, str]]:
    return [{f"{prefix}Key": key, f"{prefix}Value": tags[key]} for key in tags]


def is_denied(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whatever else may be wrong with it."""
    error: Any = {}
    try:
        call(**arguments)
    except ClientError as raised:
        error = raised.response["Error"]
    assert error.get("Code") != "InternalError"
    return str(error.get("Code")).startswith("AccessDenied")


def function(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", "")
    role = account.role().arn
    arguments = {"FunctionName": name, "Role": role, "Runtime": "python3.12", "Handler": "app.handler"}
    account.client("lambda").create_function(**arguments, Code={"ZipFile": archive.getvalue()}, Tags=tags)
    return lambda client: client("lambda").get_function_configuration(FunctionName=name)


def table(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    key = {"AttributeName": "id"}
    account.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[key | {"KeyType": "HASH"}],
        AttributeDefinitions=[key | {"AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=listed(tags),
    )
    return lambda client: client("dynamodb").get_item(TableName=name, Key={"id": {"S": "a"}})


def queue(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    url = account.client("sqs").create_queue(QueueName=name, tags=tags)["QueueUrl"]
    return lambda client: client("sqs").receive_message(QueueUrl=url)


def topic(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    arn = account.client("sns").create_topic(Name=name, Tags=listed(tags))["TopicArn"]
    return lambda client: client("sns").get_topic_attributes(TopicArn=arn)


def key(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    whole = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": whole})
    made = account.client("kms").create_key(Tags=listed(tags, "Tag"), Policy=policy)["KeyMetadata"]["KeyId"]
    return lambda client: client("kms").describe_key(KeyId=made)


def secret(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    account.client("secretsmanager").create_secret(Name=name, SecretString="x", Tags=listed(tags))
    return lambda client: client("secretsmanager").get_secret_value(SecretId=name)


def parameter(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    name = f"/{name}/one" if tags else name
    account.client("ssm").put_parameter(Name=name, Value="x", Type="String", Tags=listed(tags))
    return lambda client: client("ssm").get_parameter(Name=name)


def user(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    account.client("iam").create_user(UserName=name, Path="/some/", Tags=listed(tags))
    return lambda client: client("iam").get_user(UserName=name)


def role_(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    made = account.role()
    if tags:
        account.client("iam").tag_role(RoleName=made.name, Tags=listed(tags))
    return lambda client: client("iam").get_role(RoleName=made.name)


def group(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    account.client("logs").create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
    return lambda client: client("logs").describe_log_streams(logGroupName=name)


def rule(account: Account, name: str, tags: dict[str, str]) -> Callable[..., Any]:
    account.client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)", State="DISABLED", Tags=listed(tags))
    return lambda client: client("events").describe_rule(Name=name)


MAKERS = [function, table, queue, topic, key, secret, parameter, user, role_, group, rule]


@pytest.mark.parametrize("make", MAKERS)
def test_a_resource_is_allowed_by_its_tags(
    account: Account, role: Role, as_role: Callable[..., Any], make: Callable[..., Any]
) -> None:
    """The case of a tag's key does not matter, that of its value does."""
    red = make(account, f"red-{make.__name__}", RED)
    others = [make(account, f"{name}-{make.__name__}", tags) for name, tags in (("blue", {"team": "Red"}), ("no", {}))]
    role.may(allow("*", Condition=OURS))
    assert red(as_role)
    assert all(denied(other, client=as_role) for other in others)
    role.may(allow("*"), deny("*", Condition={"StringNotEqualsIfExists": {"aws:ResourceTag/team": "Red"}}))
    assert denied(red, client=as_role)
    assert others[0](as_role)


def test_a_request_is_allowed_by_the_tags_it_gives(role: Role, as_role: Callable[..., Any]) -> None:
    role.may(
        allow(
            ["sns:CreateTopic", "sns:TagResource", "sqs:CreateQueue", "kms:CreateKey", "logs:CreateLogGroup"],
            Condition={
                "StringEquals": {"aws:RequestTag/team": "red"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "note"]},
            },
        )
    )
    topics, blue = as_role("sns"), [{"Key": "team", "Value": "blue"}]
    assert topics.create_topic(Name="asked", Tags=LIST)
    assert as_role("sqs").create_queue(QueueName="asked", tags=RED)
    assert as_role("kms").create_key(Tags=[{"TagKey": "team", "TagValue": "red"}])
    assert as_role("logs").create_log_group(logGroupName="asked", tags=RED)
    for tags in ({}, {"Tags": blue}, {"Tags": [*LIST, {"Key": "more", "Value": "x"}]}):
        assert denied(topics.create_topic, Name="asked-otherwise", **tags)
    assert denied(as_role("sqs").create_queue, QueueName="asked-otherwise", tags={"team": "blue"})


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("cloudtrail", "create_trail", lambda tags: {"Name": "trail", "S3BucketName": "tagged", "TagsList": tags}),
        ("cloudfront", "tag_resource", lambda tags: {"Resource": DISTRIBUTION, "Tags": {"Items": tags}}),
        (
            "cloudfront",
            "create_distribution_with_tags",
            lambda tags: {"DistributionConfigWithTags": {"DistributionConfig": CONFIG, "Tags": {"Items": tags}}},
        ),
        ("s3", "create_bucket", lambda tags: {"Bucket": "tagged", "CreateBucketConfiguration": {"Tags": tags}}),
        ("cognito-idp", "create_user_pool", lambda tags: {"PoolName": "p", "UserPoolTags": {"team": tags[0]["Value"]}}),
    ],
)
def test_wherever_a_request_has_its_tags(
    role: Role, as_role: Callable[..., Any], service: str, operation: str, request_: Callable[..., Any]
) -> None:
    call = getattr(as_role(service), operation)
    role.may(allow("*"), deny("*", Condition={"StringEquals": {"aws:RequestTag/team": "red"}}))
    assert denied(call, **request_(LIST))
    assert not is_denied(call, **request_([{"Key": "team", "Value": "blue"}]))
    role.may(allow("*"), deny("*", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}))
    assert denied(call, **request_(LIST))


def test_tags_of_another_kind_leave_it_open_which_a_request_gives(role: Role, as_role: Callable[..., Any]) -> None:
    """Nobody knows what AWS makes of those of e-mails."""
    mail = {"Source": "a@example.com", "Destination": {"ToAddresses": ["a@example.com"]}}
    mail["Message"] = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
    tagged = {**mail, "Tags": [{"Name": "team", "Value": "blue"}]}
    send = as_role("ses").send_email
    role.may(allow("*"))
    assert not is_denied(send, **tagged)
    for key in ("aws:RequestTag/team", "aws:TagKeys"):
        role.may(allow("*"), deny("*", Condition={"ForAnyValue:StringEquals": {key: "red"}}))
        assert is_denied(send, **tagged)
        assert not is_denied(send, **mail)


def test_tags_may_be_kept_from_being_taken_away(account: Account, role: Role, as_role: Callable[..., Any]) -> None:
    arn = account.client("sns").create_topic(Name="untagged", Tags=LIST)["TopicArn"]
    role.may(allow("sns:*"), deny("sns:UntagResource", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}))
    assert denied(as_role("sns").untag_resource, ResourceArn=arn, TagKeys=["other", "team"])
    assert as_role("sns").untag_resource(ResourceArn=arn, TagKeys=["other"])


def test_who_asks_is_known_by_tags_too(account: Account, role: Role) -> None:
    """A role's, a session's before it, and a user's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_attribute-based-access-control.html
    """
    queue_url = account.client("sqs").create_queue(QueueName="own", tags=RED)["QueueUrl"]
    same = allow("sqs:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    role.may(same)
    look = {"QueueUrl": queue_url}
    assert denied(role.session()("sqs").receive_message, **look)
    assert role.session(Tags=LIST)("sqs").receive_message(**look)
    account.client("iam").tag_role(RoleName=role.name, Tags=LIST)
    assert role.session()("sqs").receive_message(**look)
    assert denied(role.session(Tags=[{"Key": "Team", "Value": "blue"}])("sqs").receive_message, **look)
    iam, name = account.client("iam"), {"UserName": "tagged"}
    iam.create_user(**name, Tags=LIST)
    iam.put_user_policy(
        **name, PolicyName="may", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": same})
    )
    keys = credentials(iam.create_access_key(**name)["AccessKey"])
    assert account.client("sqs", keys).receive_message(**look)
    iam.untag_user(**name, TagKeys=["team"])
    assert denied(account.client("sqs", keys).receive_message, **look)


def test_objects_are_allowed_by_theirs(account: Account, role: Role, as_role: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html"""
    own, bucket = account.client("s3"), account.bucket()
    own.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = own.put_object(Bucket=bucket, Key="a", Body=b"", Tagging="team=red")["VersionId"]
    s3, there = as_role("s3"), {"Bucket": bucket, "Key": "a"}
    role.may(
        allow(
            ["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject"],
            Condition={"StringEquals": {"s3:ExistingObjectTag/team": "red"}},
        ),
        allow("s3:ListBucket"),
        allow(
            ["s3:PutObject", "s3:PutObjectTagging"],
            Condition={
                "StringEquals": {"s3:RequestObjectTag/team": "red"},
                "ForAllValues:StringLike": {"s3:RequestObjectTagKeys": "t*"},
            },
        ),
    )
    assert s3.get_object(**there)
    assert denied(s3.delete_object, **there)[0] == "s3:DeleteObject"  # which is not asked about tags
    own.put_object(**there, Body=b"")
    assert denied(s3.get_object, **there)
    assert s3.get_object(**there, VersionId=version)
    assert s3.put_object(**there, Body=b"", Tagging="team=red")
    assert s3.put_object_tagging(**there, Tagging={"TagSet": LIST})
    for tagging in ({}, {"Tagging": "team=blue"}, {"Tagging": "team=red&other=x"}):
        assert denied(s3.put_object, **there, Body=b"", **tagging)


def test_tags_that_are_not_known_open_nothing(account: Account, role: Role, as_role: Callable[..., Any]) -> None:
    bucket = account.bucket()
    account.client("s3").put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": LIST})
    role.may(allow("*", Condition=OURS))
    assert denied(as_role("s3").list_objects_v2, Bucket=bucket)
    role.may(allow("*"), deny("*", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}))
    assert denied(as_role("s3").list_objects_v2, Bucket=bucket)
    assert denied(as_role("apigateway").get_rest_apis)
