"""Tags where LocalStack's own go astray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.emulator


def test_a_bucket_has_no_tags_of_an_earlier_one(client: Callable[..., Any]) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="twice", CreateBucketConfiguration={"Tags": [{"Key": "whose", "Value": "mine"}]})
    assert s3.get_bucket_tagging(Bucket="twice")["TagSet"] == [{"Key": "whose", "Value": "mine"}]
    s3.delete_bucket(Bucket="twice")
    s3.create_bucket(Bucket="twice")
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket="twice")
    s3.delete_bucket(Bucket="twice")


def test_a_log_group_without_tags_can_be_tagged(client: Callable[..., Any]) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="untagged")
    arn = logs.describe_log_groups(logGroupNamePrefix="untagged")["logGroups"][0]["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"whose": "mine"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"whose": "mine"}
    logs.delete_log_group(logGroupName="untagged")
