"""Tags that policies ask for: of the resource, of the request, and of objects in S3.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from localdev.policies import Need, Values
from localdev.tags import Tags, read

ABOUT = re.compile("(^t|T)ags?(?![a-z])")
NAMES = ("Tags", "tags", "TagsList", "UserPoolTags")
KEYS = ("TagKeys", "tagKeys")
# Tags of objects, which have keys of their own, and which tags a session passes on.
OTHERS = ("Tagging", "TransitiveTagKeys")
# For what carries no tags: calls of functions and APIs, what services do themselves.
UNTAGGED: list[Values] = [{"aws:tagkeys": None}, Tags("aws:requesttag/", "s3:requestobjecttag/", find=dict)]


def of_resource(need: Need) -> Tags:
    service = need.resource.partition(":aws:")[2].partition(":")[0]
    if service == "s3":
        from localdev.services.s3.access import existing_tags, find_bucket

        name, _, key = need.resource.partition(":::")[2].partition("/")
        version = need.conditions.get("s3:versionid")
        return existing_tags(find_bucket(name), need.action, key, version if isinstance(version, str) else None)
    return Tags("aws:resourcetag/", f"{service}:resourcetag/", find=lambda: _of(service, need.resource))


def of_request(context: RequestContext) -> list[Values]:
    """What it gives, or takes away. Written in a way that is not known, all is left open."""
    assert context.operation is not None
    request: Any = context.service_request or {}
    given: dict[str, str] = {}
    taken: list[str] = []
    known = True
    for name, part in _about_tags(context.operation.input_shape, request):
        if name in KEYS:
            taken += part
        elif name in NAMES and _readable(part):
            given |= read(part)
        else:
            known = False
    tagged: Any = request.get("Tagging") or {}
    to_object = (
        dict(parse_qsl(tagged, keep_blank_values=True)) if isinstance(tagged, str) else read(tagged.get("TagSet"))
    )
    return [
        {"aws:tagkeys": [*given, *taken] or None} if known else {},
        {"s3:requestobjecttagkeys": [*to_object] or None},
        Tags("aws:requesttag/", find=lambda: given if known else None),
        Tags("s3:requestobjecttag/", find=lambda: to_object),
    ]


def _about_tags(shape: Any, request: Any) -> Iterator[tuple[str, Any]]:
    """Parts of a request, wherever they stand in it. shape: its model, as botocore has it."""
    for name, member in shape.members.items() if shape else ():
        part = request.get(name)
        if not part or name in OTHERS:
            continue
        if member.type_name == "structure" and "Items" not in member.members:
            yield from _about_tags(member, part)
        elif member.type_name in ("structure", "list", "map") and ABOUT.search(name):
            yield name, part.get("Items", []) if member.type_name == "structure" else part


def _readable(part: Any) -> bool:
    """Not so are tags of e-mails, with a name and a value."""
    keys = ("Key", "key", "TagKey")
    return isinstance(part, dict) or all(isinstance(tag, dict) and any(key in tag for key in keys) for tag in part)


def _of(service: str, arn: str) -> dict[str, str] | None:
    """None of a kind whose tags are not looked up. What does not exist has none."""
    find = FINDERS.get(service)
    if find is None:
        return None
    _, _, _, region, account, name = arn.split(":", 5)
    try:
        found = find(connect_to(aws_access_key_id=account, region_name=region or "us-east-1"), arn, name)
    except ClientError:
        return {}
    return None if found is None else read(found)


def _iam(clients: Any, arn: str, name: str) -> Any:
    kind, _, path = name.partition("/")
    name = path.rpartition("/")[2]
    if kind == "role":
        return clients.iam.list_role_tags(RoleName=name)["Tags"]
    return clients.iam.list_user_tags(UserName=name)["Tags"] if kind == "user" else None


def _queue(clients: Any, arn: str, name: str) -> Any:
    url = clients.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return clients.sqs.list_queue_tags(QueueUrl=url).get("Tags", {})


def _group(clients: Any, arn: str, name: str) -> Any:
    return clients.logs.list_tags_for_resource(resourceArn=arn.partition(":log-stream:")[0])["tags"]


def _parameter(clients: Any, arn: str, name: str) -> Any:
    path = name.removeprefix("parameter/")
    full = f"/{path}" if "/" in path else path
    return clients.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=full)["TagList"]


FINDERS: dict[str, Callable[[Any, str, str], Any]] = {
    "dynamodb": lambda clients, arn, name: clients.dynamodb.list_tags_of_resource(
        ResourceArn=arn.partition("/index/")[0]
    )["Tags"],
    "events": lambda clients, arn, name: clients.events.list_tags_for_resource(ResourceARN=arn)["Tags"],
    "iam": _iam,
    "kms": lambda clients, arn, name: clients.kms.list_resource_tags(KeyId=arn)["Tags"],
    "lambda": lambda clients, arn, name: clients.lambda_.list_tags(Resource=":".join(arn.split(":")[:7]))["Tags"],
    "logs": _group,
    "secretsmanager": lambda clients, arn, name: clients.secretsmanager.describe_secret(SecretId=arn).get("Tags", []),
    "sns": lambda clients, arn, name: clients.sns.list_tags_for_resource(ResourceArn=arn)["Tags"],
    "sqs": _queue,
    "ssm": _parameter,
    "states": lambda clients, arn, name: clients.stepfunctions.list_tags_for_resource(resourceArn=arn)["tags"],
}
