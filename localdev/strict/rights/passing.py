"""Roles that a request gives to one of AWS's services: a right of its own on each.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext

from localdev.policies import Need

PARAMETERS = (
    "CloudWatchLogsRoleArn",
    "Role",
    "RoleArn",
    "authorizerCredentials",
    "credentials",
    "executionRoleArn",
    "roleArn",
)
PATCHED = ("/authorizerCredentials", "/cloudwatchRoleArn", "/credentials")


def passed_roles(context: RequestContext) -> Iterator[Need]:
    assert context.service is not None
    name = context.service.signing_name
    if name == "sts":
        return  # whoever assumes a role gives it to nobody
    to = {"iam:passedtoservice": f"{name}.amazonaws.com"}
    for role in dict.fromkeys(_roles(context.service_request)):
        if isinstance(role, str) and ":role/" in role:
            yield Need("iam:PassRole", role, to)


def _roles(request: Any) -> Iterator[Any]:
    for part in (request, *(request.get("Targets") or []), request.get("Target") or {}):
        if isinstance(part, dict):
            yield from (part.get(parameter) for parameter in PARAMETERS)
    for change in request.get("patchOperations") or []:
        if change.get("path") in PATCHED:
            yield change.get("value")
