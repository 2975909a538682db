"""What AWS looks at when a function gets a role or an event source: whether the role is fit for it.

Whether S3 may notify LocalStack tries out itself, and a function's role when it is created.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import sys
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from localdev.policies import Need, Values
from localdev.strict.rights import callers
from localdev.strict.rights.decisions import refusal
from localdev.strict.rights.needs import function_arn
from localdev.strict.rights.tags import UNTAGGED

POLLED = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream"),
    "kinesis": ("GetRecords", "GetShardIterator", "DescribeStream"),
}


def check(context: RequestContext) -> None:
    """Raises CommonServiceException. Whoever asks for it: these rights are others'."""
    assert context.service is not None
    assert context.operation is not None
    request: Any = context.service_request
    match context.service.service_name, context.operation.name:
        case "lambda", "UpdateFunctionConfiguration" if request.get("Role"):
            _function_role(context, request["Role"])
        case "lambda", "CreateEventSourceMapping":
            _event_source(context, request)


def _function_role(context: RequestContext, role: str) -> None:
    if (
        refusal(callers.Service("lambda", context.account_id), Need("sts:AssumeRole", role), _about(context))
        is not None
    ):
        _invalid("The role defined for the function cannot be assumed by Lambda.")


def _event_source(context: RequestContext, request: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions"""
    source = request.get("EventSourceArn") or ""
    function = _settings_of(function_arn(context, request["FunctionName"]))
    if function is None or source.count(":") < 5:
        return  # LocalStack says so itself
    role, service = function.role, source.split(":")[2]
    for action in POLLED.get(service, ()):
        if refusal(callers.role_session(role), Need(f"{service}:{action}", source), _about(context)) is None:
            continue
        if service == "sqs":
            _invalid(f"The provided execution role does not have permissions to call {action} on SQS")
        _invalid(
            f"Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator, "
            "DescribeStream, and ListStreams Actions on your stream in IAM."
        )
    if service == "sqs" and (hidden := _visibility_timeout(source)) < function.timeout:
        _invalid(
            f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {function.timeout} seconds"
        )


def _about(context: RequestContext) -> list[Values]:
    return [{"aws:requestedregion": context.region}, *UNTAGGED]


def _visibility_timeout(queue: str) -> int:
    from localstack.services.sqs.models import sqs_stores

    _, _, _, region, account, name = queue.split(":")
    found: Any = sqs_stores[account][region].queues.get(name)
    return found.visibility_timeout if found else sys.maxsize  # LocalStack says that there is none


def _settings_of(function: str) -> Any:
    """None if there is no such function."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, _, _, region, account, _, name, *_ = function.split(":")
    found: Any = lambda_stores[account][region].functions.get(name)
    return found and found.latest().config


def _invalid(text: str) -> None:
    raise CommonServiceException("InvalidParameterValueException", text, 400, sender_fault=True)
