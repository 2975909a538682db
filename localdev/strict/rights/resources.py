"""The policies that resources carry themselves."""

# mypy: allow-untyped-calls
from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from localdev.policies import Document
from localdev.strict.rights import callers


def policy_of(arn: str) -> Document | None:
    """None if it has none, or is of a kind that has none here."""
    parts = arn.split(":", 5)
    find = FINDERS.get(parts[2]) if len(parts) == 6 else None
    document = find(arn, parts[4], parts[3], parts[5]) if find else None
    found: Document | None = json.loads(document) if isinstance(document, str) else document
    return found


def owner_of(arn: str) -> str | None:
    """The number of the account that has the resource; None if that is open."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "s3":
        return parts[4] if len(parts) == 6 and parts[4].isdecimal() else None
    from localdev.services.s3.access import find_bucket

    bucket = find_bucket(parts[5].partition("/")[0])
    return bucket and str(bucket.bucket_account_id)


def _bucket(arn: str, account: str, region: str, name: str) -> Any:
    from localdev.services.s3.access import find_bucket

    bucket = find_bucket(name.partition("/")[0])
    return bucket and bucket.policy


def _function(arn: str, account: str, region: str, name: str) -> Any:
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, function, *qualifier = name.split(":")
    found = lambda_stores[account][region].functions.get(function)
    permissions = found and found.permissions.get(qualifier[0] if qualifier else "$LATEST")
    return permissions and {"Statement": dataclasses.asdict(permissions.policy)["Statement"]}


def _key(arn: str, account: str, region: str, name: str) -> Any:
    from localstack.services.kms.models import kms_stores

    key = kms_stores[account][region].keys.get(name.removeprefix("key/"))
    return key and key.policy


def _queue(arn: str, account: str, region: str, name: str) -> Any:
    from localstack.services.sqs.models import sqs_stores

    queue: Any = sqs_stores[account][region].queues.get(name)
    return queue and queue.attributes.get("Policy")


def _topic(arn: str, account: str, region: str, name: str) -> Any:
    from moto.sns.models import sns_backends

    topic = sns_backends[account][region].topics.get(arn)
    return topic and topic.policy


def _secret(arn: str, account: str, region: str, name: str) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets: Any = secretsmanager_backends[account][region].secrets
    return next((each.policy for each in secrets.values() if each.arn == arn), None)


def _role(arn: str, account: str, region: str, name: str) -> Any:
    return callers.trust_policy(arn)


def _bus(arn: str, account: str, region: str, name: str) -> Any:
    from localstack.services.events.models import events_stores

    bus = events_stores[account][region].event_buses.get(name.removeprefix("event-bus/"))
    return bus and bus.policy


FINDERS: dict[str, Callable[[str, str, str, str], Any]] = {
    "events": _bus,
    "iam": _role,
    "kms": _key,
    "lambda": _function,
    "s3": _bucket,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
}
