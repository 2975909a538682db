from __future__ import annotations

from deployer.aws import Aws

CONFIG = """
functions:
  worker: {source: code}
"""
EDITED = """
functions:
  worker: {source: code, log_retention_days: 90}
"""


def _retention(aws: Aws, name: str) -> None:
    aws.client("logs").delete_retention_policy(logGroupName=name)


def _tags(aws: Aws, name: str) -> None:
    aws.client("logs").untag_resource(resourceArn=aws.stack.arn("logs", f"log-group:{name}"), tagKeys=["skiff:id"])


DRIFT = {"RetentionInDays": _retention, "Tags": _tags}


def FOREIGN(aws: Aws, name: str) -> None:
    aws.client("logs").create_log_group(logGroupName=name)
