"""Where everything goes, and what it is called there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from deployer.package import Interpreters


@dataclass(frozen=True)
class Stack:
    """Where everything goes: one project in one stage, account and region.

    ``endpoint_url`` is None for AWS itself; ``interpreters`` run functions where Lambda's Linux does not.
    ``account`` is twelve digits; zeros while it is not known yet, which changes no length.
    """

    project: str
    stage: str
    region: str
    root: Path
    account: str = "000000000000"
    partition: str = "aws"
    endpoint_url: str | None = None
    interpreters: Interpreters | None = None

    @property
    def mark(self) -> str:
        """The value of the tag that makes a resource ours."""
        return f"{self.project}/{self.stage}/{self.region}"

    @property
    def prefix(self) -> str:
        """What every physical name of the stack starts with."""
        return f"{self.project}-{self.stage}-"

    @property
    def dns_suffix(self) -> str:
        return {"aws-cn": "amazonaws.com.cn"}.get(self.partition, "amazonaws.com")

    def name(self, app: str, name: str) -> str:
        return f"{self.prefix}{app}-{name}"

    def global_name(self, app: str, name: str) -> str:
        """A name for kinds whose names are shared between regions, or between all accounts."""
        digest = hashlib.sha256(f"{self.account}/{self.region}".encode()).hexdigest()
        return f"{self.name(app, name)}-{digest[:8]}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"
