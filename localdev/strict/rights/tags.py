"""Tags that policies ask for: of the resource, of the request, and of objects in S3.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from localdev.policies import Need, Values
from localdev.tags import Tags, read


def of_resource(need: Need) -> Tags:
    service = need.resource.partition(":aws:")[2].partition(":")[0]
    if service == "s3":
        from localdev.services.s3.access import existing_tags, find_bucket

        name, _, key = need.resource.partition(":::")[2].partition("/")
        version = need.conditions.get("s3:versionid")
        return existing_tags(find_bucket(name), need.action, key, version if isinstance(version, str) else None)
    return Tags("aws:resourcetag/", f"{service}:resourcetag/", find=lambda: _of(service, need.resource))


def of_request(context: RequestContext) -> list[Values]:
    """What it gives, or takes away."""
    request: Any = context.service_request or {}
    given = next((read(request[name]) for name in ("Tags", "tags", "UserPoolTags") if request.get(name)), {})
    tagged: Any = request.get("Tagging") or {}
    to_object = (
        dict(parse_qsl(tagged, keep_blank_values=True)) if isinstance(tagged, str) else read(tagged.get("TagSet"))
    )
    taken = request.get("TagKeys") or request.get("tagKeys") or []
    named = {"aws:tagkeys": [*given, *taken], "s3:requestobjecttagkeys": [*to_object]}
    return [
        {key: keys for key, keys in named.items() if keys},
        Tags("aws:requesttag/", find=lambda: given),
        Tags("s3:requestobjecttag/", find=lambda: to_object),
    ]


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
