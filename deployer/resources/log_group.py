"""CloudWatch log groups: one for each function, made before it, so that retention is never forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from deployer.resource import Properties, Resource
from deployer.sizes import size

if TYPE_CHECKING:
    from deployer.aws import Aws

_PREFIX = "/aws/lambda/"


class LogGroup(Resource):
    kind = "log_group"
    implied_by = "functions"
    deleted_after = ("function",)
    permissions = (
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
    )

    @property
    def physical(self) -> str:
        return _PREFIX + self.stack.name(self.app.name, self.name)

    def desired(self) -> Properties:
        return {"RetentionInDays": self.spec.log_retention_days, "Tags": self.tags}

    def static(self) -> dict[str, str]:
        return {"name": self.physical, "arn": self.stack.arn("logs", f"log-group:{self.physical}")}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        groups = _groups(aws, aws.stack.prefix)
        tags = aws.together(*(partial(_tags, aws, group) for group in groups))
        return {group["logGroupName"]: found for group, found in zip(groups, tags, strict=True)}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        group = _find(aws, name)
        if group is None:
            return None
        return {
            "RetentionInDays": group.get("retentionInDays"),
            "Tags": _tags(aws, group),
            "Created": datetime.fromtimestamp(group["creationTime"] / 1000, UTC),
        }

    @classmethod
    def holds(cls, aws: Aws, name: str) -> str:
        """Of AWS alone: what functions log in an emulator is of the moment."""
        if aws.stack.endpoint_url:
            return ""
        # A group's bytes are counted hours later, but who logs has a stream at once.
        streams = aws.find(
            "logs", "describe_log_streams", absent="ResourceNotFoundException", logGroupName=name, limit=1
        )
        if not streams or not streams["logStreams"]:
            return ""
        group = _find(aws, name)
        return f"log lines, {size(group['storedBytes'])}" if group and group.get("storedBytes") else "log lines"

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        if aws.create("logs", "create_log_group", logGroupName=name, tags=want["Tags"]):
            cls._retain(aws, name, want)

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        if not want["Tags"].items() <= have["Tags"].items():
            arn = aws.stack.arn("logs", f"log-group:{name}")
            aws.call("logs", "tag_resource", resourceArn=arn, tags=want["Tags"])
        if have["RetentionInDays"] != want["RetentionInDays"]:
            cls._retain(aws, name, want)

    @classmethod
    def _retain(cls, aws: Aws, name: str, want: Properties) -> None:
        aws.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=want["RetentionInDays"])

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        aws.find("logs", "delete_log_group", absent="ResourceNotFoundException", logGroupName=name)


def _groups(aws: Aws, prefix: str) -> list[Any]:
    return aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=_PREFIX + prefix)


def _find(aws: Aws, name: str) -> Any:
    groups = _groups(aws, aws.listed(name.removeprefix(_PREFIX)))
    return next((group for group in groups if group["logGroupName"] == name), None)


def _tags(aws: Aws, group: Any) -> dict[str, str]:
    arn = group["arn"].removesuffix(":*")
    answer = aws.find("logs", "list_tags_for_resource", absent="ResourceNotFoundException", resourceArn=arn)
    return dict(answer["tags"]) if answer else {}
