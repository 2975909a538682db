"""Which right a request needs, and on what: a table of requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localdev.strict.account import (
    ACCOUNT,
    REGION,
    Account,
    allow,
    denied,
    refused,
)

AWS = f"{REGION}:{ACCOUNT}"


ACTIONS = pytest.mark.feature(
    "Strict mode",
    "actions and resources of requests",
    partly="of API Gateway, Cognito, DynamoDB, EventBridge and its Scheduler, IAM, Kinesis, KMS, Lambda, Logs, S3, "
    "Secrets Manager, SES, SNS, SQS, SSM, Step Functions and STS; in other services only who may do it to everything "
    "(`*`) may do it",
)


TABLE = f"arn:aws:dynamodb:{AWS}:table/t"


GROUP = f"arn:aws:logs:{AWS}:log-group:/g:log-stream:"


ITEM = {"a": {"S": "1"}}


# Service, operation and parameters; the code of the error, the action and the resource in its message.
REQUESTS: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    (
        "apigateway",
        "get_rest_apis",
        {},
        "AccessDeniedException",
        "apigateway:GET",
        f"arn:aws:apigateway:{REGION}::/restapis",
    ),
    ("ses", "list_identities", {}, "AccessDenied", "ses:ListIdentities", "*"),
    (
        "cognito-idp",
        "admin_get_user",
        {"UserPoolId": "us-east-1_a", "Username": "u"},
        "AccessDeniedException",
        "cognito-idp:AdminGetUser",
        f"arn:aws:cognito-idp:{AWS}:userpool/us-east-1_a",
    ),
    ("dynamodb", "put_item", {"TableName": "t", "Item": ITEM}, "AccessDeniedException", "dynamodb:PutItem", TABLE),
    ("dynamodb", "put_item", {"TableName": TABLE, "Item": ITEM}, "AccessDeniedException", "dynamodb:PutItem", TABLE),
    (
        "dynamodb",
        "scan",
        {"TableName": "t", "IndexName": "index"},
        "AccessDeniedException",
        "dynamodb:Scan",
        f"{TABLE}/index/index",
    ),
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"t": {"Keys": [ITEM]}}},
        "AccessDeniedException",
        "dynamodb:BatchGetItem",
        TABLE,
    ),
    (
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"Delete": {"TableName": "t", "Key": ITEM}}]},
        "AccessDeniedException",
        "dynamodb:DeleteItem",
        TABLE,
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": "SELECT a FROM t WHERE a = '1'"},
        "AccessDeniedException",
        "dynamodb:PartiQLSelect",
        TABLE,
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": 'select * from "t"."index"'},
        "AccessDeniedException",
        "dynamodb:PartiQLSelect",
        f"{TABLE}/index/index",
    ),
    (
        "dynamodb",
        "batch_execute_statement",
        {"Statements": [{"Statement": "DELETE FROM \"t\" WHERE a = '1'"}]},
        "AccessDeniedException",
        "dynamodb:PartiQLDelete",
        TABLE,
    ),
    (
        "dynamodb",
        "execute_transaction",
        {"TransactStatements": [{"Statement": "INSERT INTO t VALUE {'a': '1'}"}]},
        "AccessDeniedException",
        "dynamodb:PartiQLInsert",
        TABLE,
    ),
    ("dynamodb", "list_tables", {}, "AccessDeniedException", "dynamodb:ListTables", "*"),
    ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", "ec2:DescribeVpcs", "*"),
    (
        "events",
        "put_events",
        {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
        "AccessDeniedException",
        "events:PutEvents",
        f"arn:aws:events:{AWS}:event-bus/default",
    ),
    (
        "events",
        "put_rule",
        {"Name": "r", "EventPattern": "{}"},
        "AccessDeniedException",
        "events:PutRule",
        f"arn:aws:events:{AWS}:rule/r",
    ),
    (
        "events",
        "remove_targets",
        {"Rule": "r", "EventBusName": f"arn:aws:events:{AWS}:event-bus/own", "Ids": ["1"]},
        "AccessDeniedException",
        "events:RemoveTargets",
        f"arn:aws:events:{AWS}:rule/own/r",
    ),
    (
        "iam",
        "add_user_to_group",
        {"GroupName": "g", "UserName": "u"},
        "AccessDenied",
        "iam:AddUserToGroup",
        f"arn:aws:iam::{ACCOUNT}:group/g",
    ),
    ("iam", "list_users", {}, "AccessDenied", "iam:ListUsers", "*"),
    ("iam", "get_role", {"RoleName": "r"}, "AccessDenied", "iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
    (
        "kinesis",
        "put_record",
        {"StreamName": "s", "Data": b"", "PartitionKey": "p"},
        "AccessDeniedException",
        "kinesis:PutRecord",
        f"arn:aws:kinesis:{AWS}:stream/s",
    ),
    ("kms", "describe_key", {"KeyId": "k"}, "AccessDeniedException", "kms:DescribeKey", f"arn:aws:kms:{AWS}:key/k"),
    (
        "lambda",
        "invoke",
        {"FunctionName": "f", "Qualifier": "live"},
        "AccessDeniedException",
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{AWS}:function:f:live",
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "111111111111:function:f"},
        "AccessDeniedException",
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{REGION}:111111111111:function:f",
    ),
    (
        "lambda",
        "get_function",
        {"FunctionName": f"{ACCOUNT}:function:f"},
        "AccessDeniedException",
        "lambda:GetFunction",
        f"arn:aws:lambda:{AWS}:function:f",
    ),
    (
        "logs",
        "put_log_events",
        {"logGroupName": "/g", "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "m"}]},
        "AccessDeniedException",
        "logs:PutLogEvents",
        f"{GROUP}s",
    ),
    ("logs", "create_log_group", {"logGroupName": "/g"}, "AccessDeniedException", "logs:CreateLogGroup", GROUP),
    ("s3", "list_buckets", {}, "AccessDenied", "s3:ListAllMyBuckets", "*"),
    ("s3", "get_object", {"Bucket": "b", "Key": "k"}, "AccessDenied", "s3:GetObject", "arn:aws:s3:::b/k"),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "s"},
        "AccessDeniedException",
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{AWS}:secret:s",
    ),
    (
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{AWS}:t", "Message": "m"},
        "AuthorizationError",
        "sns:Publish",
        f"arn:aws:sns:{AWS}:t",
    ),
    (
        "sqs",
        "send_message",
        {"QueueUrl": "http://127.0.0.1/111111111111/q", "MessageBody": "m"},
        "AccessDenied",
        "sqs:sendmessage",
        f"arn:aws:sqs:{REGION}:111111111111:q",
    ),
    (
        "sqs",
        "send_message_batch",
        {"QueueUrl": f"http://127.0.0.1/{ACCOUNT}/q", "Entries": [{"Id": "1", "MessageBody": "m"}]},
        "AccessDenied",
        "sqs:sendmessage",
        f"arn:aws:sqs:{AWS}:q",
    ),
    (
        "ssm",
        "get_parameters",
        {"Names": ["/a/b"]},
        "AccessDeniedException",
        "ssm:GetParameters",
        f"arn:aws:ssm:{AWS}:parameter/a/b",
    ),
    (
        "stepfunctions",
        "start_execution",
        {"stateMachineArn": f"arn:aws:states:{AWS}:stateMachine:m"},
        "AccessDeniedException",
        "states:StartExecution",
        f"arn:aws:states:{AWS}:stateMachine:m",
    ),
    (
        "sts",
        "assume_role",
        {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "session"},
        "AccessDenied",
        "sts:AssumeRole",
        f"arn:aws:iam::{ACCOUNT}:role/r",
    ),
]


@pytest.fixture(scope="module")
def nobody(account: Account) -> Any:
    """Clients of a role that may do nothing."""
    return account.role().session()


@ACTIONS
@pytest.mark.parametrize(("service", "operation", "parameters", "code", "action", "resource"), REQUESTS)
def test_a_role_without_policies_may_do_nothing(
    nobody: Any, service: str, operation: str, parameters: Any, code: str, action: str, resource: str
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    call = getattr(nobody(service), operation)
    assert denied(call, **parameters) == (action, resource)
    assert refused(call, **parameters)[0] == code


@ACTIONS
def test_what_has_no_resource_of_its_own_is_everything(account: Account) -> None:
    role = account.role(allow("ses:*", "arn:aws:ses:*:*:*"))
    assert denied(role.session()("ses").list_identities) == ("ses:ListIdentities", "*")
    role.may(allow("ses:List*"))
    assert role.session()("ses").list_identities()["Identities"] == []


@ACTIONS
def test_a_log_group_is_named_with_its_streams(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html"""
    account.client("logs").create_log_group(logGroupName="/named")
    group = f"arn:aws:logs:{AWS}:log-group:/named"
    role = account.role(allow("logs:CreateLogStream", group))
    make = role.session()("logs").create_log_stream
    assert denied(make, logGroupName="/named", logStreamName="s") == ("logs:CreateLogStream", f"{group}:log-stream:s")
    role.may(allow("logs:CreateLogStream", f"{group}:*"))
    make(logGroupName="/named", logStreamName="s")
