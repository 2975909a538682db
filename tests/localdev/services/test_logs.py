"""CloudWatch Logs where LocalStack's own differs from AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.emulator


def test_a_log_group_without_tags_can_be_tagged(client: Callable[..., Any]) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="untagged")
    arn = logs.describe_log_groups(logGroupNamePrefix="untagged")["logGroups"][0]["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"whose": "mine"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"whose": "mine"}
    logs.delete_log_group(logGroupName="untagged")
