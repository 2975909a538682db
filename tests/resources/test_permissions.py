"""The IAM actions that a kind says it needs are those that its calls need, no more and no less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.resources.laws import KINDS, case, every_kind, of_kind
from tests.resources.worlds import World

Recording = Callable[[], Any]

# Calls whose action has another name than they, or that need more than one.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
IRREGULAR = {
    "s3:ListBuckets": ["s3:ListAllMyBuckets"],
    "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
    "s3:DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3:GetBucketCors": ["s3:GetBucketCORS"],
    "s3:PutBucketCors": ["s3:PutBucketCORS"],
    "s3:DeleteBucketCors": ["s3:PutBucketCORS"],
    "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    # https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html: without the second it leaves out the tags
    "lambda:GetFunction": ["lambda:GetFunction", "lambda:ListTags"],
    "lambda:CreateFunction": ["lambda:CreateFunction", "iam:PassRole"],
    "lambda:UpdateFunctionConfiguration": ["lambda:UpdateFunctionConfiguration", "iam:PassRole"],
}
# What tags something that does not exist yet needs besides.
TAGGING = {
    "s3:CreateBucket": "s3:TagResource",
    "iam:CreateRole": "iam:TagRole",
    "lambda:CreateFunction": "lambda:TagResource",
    "logs:CreateLogGroup": "logs:TagResource",
    "kms:CreateKey": "kms:TagResource",
}
# What another client may have done, which neither configuration shows: property to what is there instead.
DONE_BY_OTHERS: dict[str, dict[str, Any]] = {
    "bucket": {"Encryption": None},
    "role": {
        "AssumeRolePolicyDocument": {},
        "ManagedPolicies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "Policies": {"others": {}},
    },
    "key": {"Enabled": False, "Alias": None},
}


def actions(client: Any, operation: str, arguments: dict[str, Any]) -> list[str]:
    """The IAM actions that a call needs."""
    service = client.meta.service_model
    if service.service_name == "apigateway":  # its actions are HTTP's methods
        return [f"apigateway:{service.operation_model(operation).http['method']}"]
    call = f"{service.signing_name}:{operation}"
    tagged = "Tags" in arguments or "tags" in arguments or "Tags" in arguments.get("CreateBucketConfiguration", {})
    return IRREGULAR.get(call, [call]) + ([TAGGING[call]] if tagged and call in TAGGING else [])


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    """``with recording() as called:`` collects the actions of every call meanwhile."""
    send: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    collected: list[set[str]] = []

    def recorded(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        for called in collected:
            called.update(actions(client, operation, arguments))
        return send(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)

    @contextmanager
    def recording() -> Iterator[set[str]]:
        collected.append(set())
        yield collected[-1]
        collected.pop()

    return recording


def called(world: World, recording: Recording, kind: str) -> set[str]:
    """What seeing, changing (there and back), repairing, deleting and making one of a kind calls."""
    subject, found = KINDS[kind], set()
    for config, other in ((case(kind).CONFIG, case(kind).EDITED), (case(kind).EDITED, case(kind).CONFIG)):
        world.up(config)
        aws, made = world.plan(other)
        for change in made.changes:
            if change.kind is subject and change.action == "update" and change.resource:
                have = made.have[change.id]
                with recording() as updated:
                    subject.update(aws, change.name, have, made.want(change.resource))
                found |= updated
        world.up(other)
    aws, made = world.plan(case(kind).CONFIG)
    world.up(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    name, want = resource.physical, made.want(resource)
    if subject.namespace == "bucket":
        aws.call("s3", "put_object", Bucket=name, Key="something to lose")
    with recording() as others:
        subject.candidates(aws)
        have = subject.observe(aws, name)
        subject.holds(aws.at(replace(aws.stack, endpoint_url=None)), name)  # an emulator's logs are not asked for
        assert have is not None
        if subject.tagged:
            subject.update(aws, name, {**have, "Tags": {}}, want)
        if kind in DONE_BY_OTHERS:
            subject.update(aws, name, {**have, **DONE_BY_OTHERS[kind]}, want)
        subject.delete(aws, name)
        subject.create(aws, name, want)
    world.down(case(kind).CONFIG)
    return found | others


@pytest.mark.parametrize("world", [pytest.param("localstack", marks=pytest.mark.emulator)], indirect=True)
@every_kind
def test_a_kind_names_the_actions_that_its_calls_need(world: World, kind: str, recording: Recording) -> None:
    assert set(KINDS[kind].permissions) == called(world, recording, kind)


@every_kind
def test_they_are_named_once_and_in_order(kind: str) -> None:
    named = KINDS[kind].permissions
    assert sorted(set(named)) == list(named)
