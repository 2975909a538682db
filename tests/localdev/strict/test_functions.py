"""Functions: the rights of their roles, who may call them, and what AWS looks at when they are made."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from localdev.emulator import Emulator
from tests.localdev.functions.signed import headers_of
from tests.localdev.strict.account import (
    ACCOUNT,
    DENSELY,
    REGION,
    TRUST_LAMBDA,
    Account,
    Role,
    allow,
    policy,
    refused,
    trust,
)

FUNCTIONS = pytest.mark.feature("Strict mode", "functions with the rights of their roles")
MADE = pytest.mark.feature("Strict mode", "roles of functions: they exist, trust Lambda, may read their event sources")
CALLED = pytest.mark.feature("Strict mode", "functions that API Gateway, S3 and others may call only with a permission")
LOGS = [allow(["logs:CreateLogStream", "logs:PutLogEvents"])]
# Calls what its event says, and answers the error that it gets.
HANDLER = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    print("called")
    if "service" not in event:
        return {"statusCode": 200, "body": "called"}
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["parameters"])
    except ClientError as error:
        return str(error)
"""


def package() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", HANDLER)
    return archive.getvalue()


def settings(role: str, **more: Any) -> dict[str, Any]:
    code = {"ZipFile": package()}
    return {"Role": role, "Code": code, "Handler": "app.handler", "Runtime": "python3.12", "Timeout": 20, **more}


@dataclass(frozen=True)
class Function:
    account: Account
    name: str
    role: Role

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    def __call__(self, **event: Any) -> Any:
        answer = self.account.client("lambda").invoke(FunctionName=self.name, Payload=json.dumps(event))
        return json.load(answer["Payload"])

    def logged(self) -> list[str]:
        group = f"/aws/lambda/{self.name}"
        found = self.account.client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"].strip() for event in found]


@pytest.fixture(scope="module")
def function(account: Account) -> Function:
    role = account.role(*LOGS)
    account.client("lambda").create_function(FunctionName="strict", **settings(role.arn, MemorySize=256))
    account.client("lambda").get_waiter("function_active_v2").wait(FunctionName="strict", WaiterConfig=DENSELY)
    account.client("logs").create_log_group(logGroupName="/aws/lambda/strict")
    return Function(account, "strict", role)


@FUNCTIONS
def test_a_function_may_what_its_role_may(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    bucket = account.bucket("a")
    get = {"service": "s3", "operation": "get_object", "parameters": {"Bucket": bucket, "Key": "a"}}
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{function.role.name}/strict"
    assert function(**get) == (
        f"An error occurred (AccessDenied) when calling the GetObject operation: User: {who} is not authorized to "
        f'perform: s3:GetObject on resource: "arn:aws:s3:::{bucket}/a" because no identity-based policy allows the '
        "s3:GetObject action"
    )
    function.role.may(*LOGS, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    assert function(**get) is None


@pytest.mark.feature("Strict mode", "logs of functions, written with the rights of their roles")
def test_a_function_logs_if_its_role_may(function: Function, strict_emulator: Emulator, until: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""
    function.role.may(*LOGS)
    function()
    until(lambda: "called" in function.logged())
    before = function.logged()
    function.role.may(allow("logs:CreateLogStream"))
    function()
    function()
    function.role.may(*LOGS)
    function()
    after = until(lambda: function.logged()[len(before) :])
    assert after.count("called") == 1
    said = f"{function.role.arn} may not logs:PutLogEvents in /aws/lambda/strict: what its function logs is lost"
    assert strict_emulator.log.read_text().count(said) == 1


@pytest.mark.feature("Strict mode", "rights of who signs requests to a function's URL")
def test_a_signer_needs_both_rights_to_call_a_url(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html, "Auth type AWS_IAM"."""
    config = {"FunctionName": function.name, "AuthType": "AWS_IAM"}
    host = urlsplit(account.client("lambda").create_function_url_config(**config)["FunctionUrl"]).netloc
    role = account.role(principal={"AWS": ACCOUNT})
    keys = account.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="tester")["Credentials"]

    def status(*keys: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(account.url).port, timeout=60)
        connection.request("POST", "/", b"", headers_of(host, "/", b"", *keys))
        with contextlib.closing(connection):
            return connection.getresponse().status

    session = [keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    for actions, want in (
        (["lambda:InvokeFunctionUrl"], 403),
        (["lambda:InvokeFunction"], 403),
        (["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"], 200),
    ):
        role.may(allow(actions, function.arn))
        assert status(*session) == want
    assert status() == 200  # the account itself
    narrow = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    role.may(allow("lambda:*", function.arn, Condition=narrow))
    assert status(*session) == 403


@MADE
def test_a_role_that_lambda_cannot_assume_is_refused(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-configuration.html"""
    want = "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
    create, update = account.client("lambda").create_function, account.client("lambda").update_function_configuration
    others = account.role(principal={"Service": "ec2.amazonaws.com"})
    for role in (f"arn:aws:iam::{ACCOUNT}:role/none", others.arn):
        assert refused(create, FunctionName="unmade", **settings(role)) == want
        assert refused(update, FunctionName=function.name, Role=role) == want
    document = trust(TRUST_LAMBDA)
    account.client("iam").update_assume_role_policy(RoleName=others.name, PolicyDocument=document)
    create(FunctionName="unmade", **settings(others.arn))
    account.client("lambda").delete_function(FunctionName="unmade")


@MADE
def test_a_role_that_may_not_read_the_queue_is_refused(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    account.client("sqs").create_queue(QueueName="source", Attributes={"VisibilityTimeout": "10"})
    source = f"arn:aws:sqs:{REGION}:{ACCOUNT}:source"
    create, names = account.client("lambda").create_event_source_mapping, {"FunctionName": "strict"}
    code, message = refused(create, **names, EventSourceArn=source)
    assert code == "InvalidParameterValueException"
    assert message == "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    function.role.may(*LOGS, allow(["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], source))
    assert "to call DeleteMessage on SQS" in refused(create, **names, EventSourceArn=source)[1]
    function.role.may(*LOGS, allow("sqs:*", source))
    code, message = refused(create, **names, EventSourceArn=source)
    assert "Queue visibility timeout: 10 seconds is less than Function timeout: 20 seconds" in message
    url = account.client("sqs").get_queue_url(QueueName="source")["QueueUrl"]
    account.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "120"})
    stream = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026-01-01T00:00:00.000"
    message = refused(create, **names, EventSourceArn=stream, StartingPosition="LATEST")[1]
    assert message.startswith(f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords")
    made = create(**names, EventSourceArn=source)
    account.client("lambda").delete_event_source_mapping(UUID=made["UUID"])


@CALLED
def test_an_api_without_a_permission_gets_a_500(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html"""
    target = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function.arn}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": target}
    methods = {"get": {"responses": {}, "x-amazon-apigateway-integration": integration}}
    document = {"openapi": "3.0.1", "info": {"title": "api", "version": "1"}, "paths": {"/call": methods}}
    api = account.client("apigateway").import_rest_api(body=json.dumps(document))["id"]
    account.client("apigateway").create_deployment(restApiId=api, stageName="prod")
    url = f"{account.url}/_aws/execute-api/{api}/prod/call"
    assert _answer(url) == (500, '{"message": "Internal server error"}')
    permit = _permit(function, "apigateway")
    permit(f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/other/*")
    assert _answer(url)[0] == 500
    permit(f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/prod/GET/call")
    assert _answer(url) == (200, "called")


@CALLED
def test_a_notification_needs_its_permission_first(function: Function, account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"""
    bucket, sqs = account.bucket(), account.client("sqs")
    notify = account.client("s3").put_bucket_notification_configuration
    events = {"Events": ["s3:ObjectCreated:*"]}
    to_function = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": function.arn, **events}]}
    want = "InvalidArgument", "Unable to validate the following destination configurations"
    assert refused(notify, Bucket=bucket, NotificationConfiguration=to_function) == want
    _permit(function, "s3")(f"arn:aws:s3:::{bucket}")
    notify(Bucket=bucket, NotificationConfiguration=to_function)
    url = sqs.create_queue(QueueName="notified")["QueueUrl"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:notified"
    to_queue = {"QueueConfigurations": [{"QueueArn": queue, **events}]}
    assert refused(notify, Bucket=bucket, NotificationConfiguration=to_queue) == want
    only = {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:*:{bucket}"}}
    lets = allow("sqs:SendMessage", queue, Principal={"Service": "s3.amazonaws.com"}, Condition=only)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(lets)})
    notify(Bucket=bucket, NotificationConfiguration=to_queue)


@CALLED
def test_a_topic_reaches_a_queue_that_lets_it(account: Account, until: Any) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    sns, sqs = account.client("sns"), account.client("sqs")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    urls = {}
    for name in ("shut", "open"):
        urls[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    only = {"ArnEquals": {"aws:SourceArn": topic}}
    lets = allow("sqs:SendMessage", Principal={"Service": "sns.amazonaws.com"}, Condition=only)
    sqs.set_queue_attributes(QueueUrl=urls["open"], Attributes={"Policy": policy(lets)})
    sns.publish(TopicArn=topic, Message="message")
    assert until(lambda: sqs.receive_message(QueueUrl=urls["open"]).get("Messages"))
    assert "Messages" not in sqs.receive_message(QueueUrl=urls["shut"])


def _permit(function: Function, service: str) -> Callable[[str], Any]:
    add = function.account.client("lambda").add_permission
    principal = f"{service}.amazonaws.com"
    return lambda source: add(
        FunctionName=function.name,
        StatementId=f"s{abs(hash(source))}",
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn=source,
    )


def _answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
