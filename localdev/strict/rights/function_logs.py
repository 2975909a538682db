"""Logs of functions, which AWS writes with the rights of the function's role."""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.utils.patch import patch

from localdev.policies import Need
from localdev.strict.rights import callers
from localdev.strict.rights.decisions import refusal
from localdev.strict.rights.tags import UNTAGGED

LOG = logging.getLogger(__name__)


def apply() -> None:
    patch(LogHandler.add_logs)(write_with_the_roles_rights)


def write_with_the_roles_rights(original: Callable[..., None], self: Any, item: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""
    from moto.logs.models import logs_backends

    _, partition, _, _, account, *_ = self.role_arn.split(":")
    group = f"arn:{partition}:logs:{self.region}:{account}:log-group:{item.log_group}:log-stream:"
    stream = group + item.log_stream
    wanted = [Need("logs:CreateLogStream", stream), Need("logs:PutLogEvents", stream)]
    if item.log_group not in logs_backends[account][self.region].groups:
        wanted.insert(0, Need("logs:CreateLogGroup", group))
    session = callers.role_session(self.role_arn)
    for need in wanted:
        if refusal(session, need, [{"aws:requestedregion": self.region}, *UNTAGGED]) is not None:
            say_once(f"{self.role_arn} may not {need.action} in {item.log_group}: what its function logs is lost")
            return
    original(self, item)


@lru_cache(maxsize=1024)
def say_once(message: str) -> None:
    LOG.warning(message)
