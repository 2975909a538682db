"""Limits that no service's model names: how long policies are, how long an API waits, when a queue's name is free."""

# mypy: allow-untyped-calls
from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from localstack import config
from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext

# Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE = {"role": 10_240, "user": 2048, "group": 5120}
MANAGED = 6144
TRUST = 2048
# Bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
BUCKET_POLICY = 20 * 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, beyond those that LocalStack knows
RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# Milliseconds: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
INTEGRATION = range(50, 29_000 + 1)


def apply() -> None:
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    config.SQS_DELAY_RECENTLY_DELETED = True
    handlers.serve_custom_service_request_handlers.append(check)


def check(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises CommonServiceException."""
    if context.service is None or context.operation is None:
        return
    limit = LIMITS.get((context.service.service_name, context.operation.name))
    if limit is not None:
        limit(context, context.service_request)


def _inline(context: RequestContext, request: Any) -> None:
    from moto.iam.models import iam_backends

    assert context.operation is not None
    kind = next(each for each in INLINE if each.title() in context.operation.name)
    name = request.get(f"{kind.title()}Name")
    known = getattr(iam_backends[context.account_id][context.partition], f"{kind}s")
    owner = next((each for each in list(known.values()) if each.name == name), None)
    policies = {**(owner.policies if owner else {}), request.get("PolicyName"): request.get("PolicyDocument")}
    if sum(map(_characters, policies.values())) > INLINE[kind]:
        _exceeded(f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind} {name}")


def _managed(context: RequestContext, request: Any) -> None:
    if _characters(request.get("PolicyDocument")) > MANAGED:
        _exceeded(f"Cannot exceed quota for PolicySize: {MANAGED}")


def _trust(context: RequestContext, request: Any) -> None:
    if _characters(request.get("AssumeRolePolicyDocument") or request.get("PolicyDocument")) > TRUST:
        _exceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST}")


def _characters(document: str | None) -> int:
    return len("".join((document or "").split()))  # that there is none others say


def _exceeded(text: str) -> None:
    raise CommonServiceException("LimitExceeded", text, 409, sender_fault=True)


def _bucket(context: RequestContext, request: Any) -> None:
    name = request["Bucket"]
    if name.startswith(RESERVED_PREFIXES) or name.endswith(RESERVED_SUFFIXES):
        raise CommonServiceException("InvalidBucketName", "The specified bucket is not valid.", 400)


def _bucket_policy(context: RequestContext, request: Any) -> None:
    if len(request["Policy"].encode()) > BUCKET_POLICY:
        raise CommonServiceException("PolicyTooLarge", "Policy exceeds the maximum allowed document size", 400)


def _integration(context: RequestContext, request: Any) -> None:
    waits = [request.get("timeoutInMillis")]
    waits += [
        each.get("value") for each in request.get("patchOperations") or [] if each.get("path") == "/timeoutInMillis"
    ]
    _wait_allowed(waits, "")


def _import(context: RequestContext, request: Any) -> None:
    if request.get("body") is None:
        return
    body = request["body"].read()
    request["body"] = io.BytesIO(body)  # it can be read once
    try:
        document = json.loads(body)
    except ValueError:
        import yaml

        try:
            document = yaml.safe_load(body)
        except (yaml.YAMLError, ValueError):
            return  # LocalStack says what is wrong with it
    _wait_allowed(list(_waits(document)), "Errors found during import:\n\tUnable to put integration: ")


def _waits(document: Any) -> Iterator[Any]:
    """All ``timeoutInMillis`` in an API's definition."""
    if isinstance(document, dict):
        if "timeoutInMillis" in document:
            yield document["timeoutInMillis"]
        for each in document.values():
            yield from _waits(each)


def _in_bounds(wait: Any) -> bool:
    return str(wait).isdecimal() and int(wait) in INTEGRATION


def _wait_allowed(waits: list[Any], where: str) -> None:
    if any(wait is not None and not _in_bounds(wait) for wait in waits):
        text = f"{where}Timeout should be between {INTEGRATION[0]} ms and {INTEGRATION[-1]} ms"
        raise CommonServiceException("BadRequestException", text, 400, sender_fault=True)


LIMITS: dict[tuple[str, str], Callable[[RequestContext, Any], None]] = {
    ("iam", "PutRolePolicy"): _inline,
    ("iam", "PutUserPolicy"): _inline,
    ("iam", "PutGroupPolicy"): _inline,
    ("iam", "CreatePolicy"): _managed,
    ("iam", "CreatePolicyVersion"): _managed,
    ("iam", "CreateRole"): _trust,
    ("iam", "UpdateAssumeRolePolicy"): _trust,
    ("s3", "CreateBucket"): _bucket,
    ("s3", "PutBucketPolicy"): _bucket_policy,
    ("apigateway", "PutIntegration"): _integration,
    ("apigateway", "UpdateIntegration"): _integration,
    ("apigateway", "ImportRestApi"): _import,
    ("apigateway", "PutRestApi"): _import,
}
