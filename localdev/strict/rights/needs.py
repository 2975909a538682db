"""Which rights a request needs: https://docs.aws.amazon.com/service-authorization/latest/reference/

What is not known here needs its operation's name as the action, on the resource ``*``: only who may do that to
everything may do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

from localstack.aws.api import RequestContext

from localdev.policies import Need
from localdev.strict.rights import keys, objects, tables
from localdev.strict.rights.passing import passed_roles

# Where the name that a service signs with is not the one that policies call it by.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "lambda:InvokeWithResponseStream": "lambda:InvokeFunction",
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
# The end of the ARN by the parameter that names the resource, the first that a request has. An ARN counts as it is.
RESOURCES = {
    "cognito-idp": {"UserPoolId": "userpool/{}"},
    "dynamodb": {"TableName": "table/{}", "StreamArn": "{}", "BackupArn": "{}"},
    "events": {"Rule": "rule/{}", "Name": "rule/{}"},
    "kinesis": {"StreamARN": "{}", "StreamName": "stream/{}"},
    "lambda": {"FunctionName": "function:{}"},
    "secretsmanager": {"SecretId": "secret:{}", "Name": "secret:{}"},
    "sns": {"TopicArn": "{}", "TargetArn": "{}", "SubscriptionArn": "{}", "Name": "{}"},
    "sqs": {"QueueUrl": "{}", "QueueName": "{}"},
    "ssm": {"Name": "parameter/{}", "Path": "parameter/{}"},
    "states": {"stateMachineArn": "{}", "executionArn": "{}", "name": "stateMachine:{}"},
    "sts": {"RoleArn": "{}"},
}
ANY = {"ResourceArn": "{}", "ResourceARN": "{}", "resourceArn": "{}", "Resource": "{}"}


def needs(context: RequestContext) -> list[Need]:
    """In the order in which AWS asks for them, as far as that is known."""
    assert context.service is not None
    assert context.operation is not None
    prefix = PREFIXES.get(context.service.signing_name, context.service.signing_name)
    special = SPECIAL.get(prefix)
    own = list(special(context)) if special is not None else [_plain(context, prefix)]
    return [*own, *passed_roles(context)]


def arn(context: RequestContext, service: str, tail: str) -> str:
    return f"arn:{context.partition}:{service}:{context.region}:{context.account_id}:{tail}"


def function_arn(context: RequestContext, name: str) -> str:
    """name: that, or the ARN or a part of it, which may name another account."""
    if name.startswith("arn:"):
        return name
    account, _, function = name.rpartition(":function:")
    whole = arn(context, "lambda", f"function:{(function or name).removeprefix('function:')}")
    return whole.replace(f":{context.account_id}:", f":{account}:", 1) if account else whole


def _plain(context: RequestContext, prefix: str) -> Need:
    assert context.operation is not None
    action = f"{prefix}:{context.operation.name}"
    return Need(ACTIONS.get(action, action), _resource(context, prefix))


def _resource(context: RequestContext, prefix: str) -> str:
    request: Any = context.service_request
    for parameter, tail in (RESOURCES.get(prefix, {}) | ANY).items():
        if (value := request.get(parameter)) is not None:
            return _whole(context, prefix, tail, str(value))
    return "*"


def _whole(context: RequestContext, prefix: str, tail: str, value: str) -> str:
    if prefix == "lambda":
        qualifier = dict(context.service_request or {}).get("Qualifier")
        return function_arn(context, value) + (f":{qualifier}" if qualifier else "")
    if value.startswith("arn:"):
        topic = prefix == "sns" and value.count(":") == 6  # a subscription's ARN: rights are about its topic
        return value.rpartition(":")[0] if topic else value
    if prefix == "sqs":
        return keys.queue(context, value)
    if prefix == "ssm":
        value = value.removeprefix("/")
    elif prefix == "secretsmanager":
        return keys.secret(context, value) or arn(context, prefix, tail.format(value))
    return arn(context, prefix, tail.format(value))


def _dynamodb(context: RequestContext) -> Iterator[Need]:
    yield from list(tables.needs(context)) or [_plain(context, "dynamodb")]


def _secretsmanager(context: RequestContext) -> Iterator[Need]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"""
    request: Any = context.service_request
    assert context.operation is not None
    yield _plain(context, "secretsmanager")
    if context.operation.name == "BatchGetSecretValue":
        for each in request.get("SecretIdList") or []:
            yield Need("secretsmanager:GetSecretValue", _whole(context, "secretsmanager", "secret:{}", each))
        if request.get("Filters"):  # which may find any
            yield Need("secretsmanager:ListSecrets", "*")
            yield Need("secretsmanager:GetSecretValue", "*")


def _logs(context: RequestContext) -> Iterator[Need]:
    """A group's ARN goes on with those of its streams: a policy that leaves out the final ``:*`` names none of them."""
    request: Any = context.service_request
    assert context.operation is not None
    action = f"logs:{context.operation.name}"
    if context.operation.name == "TestMetricFilter":
        yield Need(action, "*")
        return
    group = request.get("logGroupName") or request.get("logGroupIdentifier") or ""
    if not group and "resourceArn" in request:
        yield Need(action, request["resourceArn"])
    else:
        stem = group if group.startswith("arn:") else arn(context, "logs", f"log-group:{group}")
        yield Need(action, f"{stem.removesuffix(':*')}:log-stream:{request.get('logStreamName') or ''}")


def _events(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    name = context.operation.name
    if name == "PutEvents":
        buses = {entry.get("EventBusName") or "default" for entry in request.get("Entries") or []}
        yield from (Need("events:PutEvents", _whole(context, "events", "event-bus/{}", bus)) for bus in sorted(buses))
    elif name.endswith("EventBus"):
        yield Need(f"events:{name}", _whole(context, "events", "event-bus/{}", request.get("Name", "default")))
    elif (rule := request.get("Rule") or request.get("Name")) and name.endswith(("Rule", "Targets", "ByRule")):
        bus = (request.get("EventBusName") or "default").rpartition("/")[2]
        named = f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"
        yield Need(f"events:{name}", arn(context, "events", named))
    else:
        yield _plain(context, "events")


def _scheduler(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    name, operation = request.get("Name"), context.operation.name
    if name and operation.endswith("Schedule"):
        named = f"schedule/{request.get('GroupName') or 'default'}/{name}"
    elif name:
        named = f"schedule-group/{name}"
    else:
        yield _plain(context, "scheduler")
        return
    yield Need(f"scheduler:{operation}", arn(context, "scheduler", named))


def _ses(context: RequestContext) -> Iterator[Need]:
    """Who sends, sends as an identity: https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html"""
    request: Any = context.service_request
    assert context.operation is not None
    sender = request.get("Source")
    if not sender and (raw := (request.get("RawMessage") or {}).get("Data")):
        sender = message_from_bytes(raw)["From"]
    if not sender:
        yield _plain(context, "ses")
        return
    address = parseaddr(sender)[1]
    yield Need(f"ses:{context.operation.name}", arn(context, "ses", f"identity/{keys.identity(context, address)}"))


def _ssm(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    names = request.get("Names")
    if names and context.operation.name in ("GetParameters", "DeleteParameters"):
        action = f"ssm:{context.operation.name}"
        yield from (Need(action, _whole(context, "ssm", "parameter/{}", name)) for name in names)
    else:
        yield _plain(context, "ssm")


def _iam(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    resource = "*"
    # Who puts a user into a group, or out of it, does so to the group.
    for parameter, kind in (("RoleName", "role"), ("GroupName", "group"), ("UserName", "user")):
        if name := request.get(parameter):
            path = (request.get("Path") or keys.path(context, kind, name)).strip("/")
            named = f"{path}/{name}" if path else name
            resource = f"arn:{context.partition}:iam::{context.account_id}:{kind}/{named}"
            break
    else:
        resource = request.get("PolicyArn", resource)
    yield Need(f"iam:{context.operation.name}", resource)


def _apigateway(context: RequestContext) -> Iterator[Need]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html"""
    resource = f"arn:{context.partition}:apigateway:{context.region}::{context.request.path}"
    yield Need(f"apigateway:{context.request.method}", resource)


SPECIAL: dict[str, Callable[[RequestContext], Iterator[Need]]] = {
    "apigateway": _apigateway,
    "dynamodb": _dynamodb,
    "events": _events,
    "iam": _iam,
    "kms": keys.needs,
    "logs": _logs,
    "s3": objects.needs,
    "scheduler": _scheduler,
    "secretsmanager": _secretsmanager,
    "ses": _ses,
    "ssm": _ssm,
}
