from __future__ import annotations

from typing import Any

from tests.resources.worlds import World

CONFIG = """
functions:
  worker: {source: code}
"""
EDITED = """
functions:
  worker: {source: code, log_retention_days: 90}
"""


def _retain(world: World, name: str, days: int | None) -> None:
    if days is None:
        world.client("logs").delete_retention_policy(logGroupName=name)
    else:
        world.client("logs").put_retention_policy(logGroupName=name, retentionInDays=days)


def _arn(world: World, name: str) -> str:
    groups = world.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next(group["arn"].removesuffix(":*") for group in groups if group["logGroupName"] == name)


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    logs, arn = world.client("logs"), _arn(world, name)
    logs.untag_resource(resourceArn=arn, tagKeys=list(logs.list_tags_for_resource(resourceArn=arn)["tags"]))
    logs.tag_resource(resourceArn=arn, tags=tags)


def LOOK(world: World, name: str) -> Any:
    groups = world.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    tags = world.client("logs").list_tags_for_resource(resourceArn=_arn(world, name))["tags"]
    return [group.get("retentionInDays") for group in groups], tags


WRITE = {"RetentionInDays": _retain, "Tags": _tag}
OTHER = {r"RetentionInDays changed": 30}
IMPOSSIBLE: dict[str, str] = {}


def FOREIGN(world: World, name: str, tags: dict[str, str]) -> None:
    world.client("logs").create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
