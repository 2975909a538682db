"""Rights that a request needs beside that to do it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.strict.account import ACCOUNT, DENSELY, REGION, Account, allow, denied, refused

AWS = f"{REGION}:{ACCOUNT}"
ACTIONS = pytest.mark.feature("Strict mode", "`iam:PassRole`; rights on each secret of a batch")


@ACTIONS
def test_giving_a_role_to_something_is_a_right(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    given, role = account.role(), account.role(owner := allow(["lambda:*", "events:*", "apigateway:*"]))
    session, want = role.session(), ("iam:PassRole", given.arn)
    create, arguments = session("lambda").create_function, {"FunctionName": "passed", "Role": given.arn}
    code = {"Code": {"ZipFile": b"x"}, "Handler": "a.b", "Runtime": "python3.12"}
    assert denied(create, **arguments, **code) == want
    session("events").put_rule(Name="passing", EventPattern="{}")
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{AWS}:q", "RoleArn": given.arn}
    assert denied(session("events").put_targets, Rule="passing", Targets=[target]) == want
    place = {"restApiId": "a", "resourceId": "b", "httpMethod": "GET"}
    api, change = session("apigateway"), {"op": "replace", "path": "/credentials", "value": given.arn}
    assert denied(api.put_integration, **place, type="AWS", credentials=given.arn) == want
    assert denied(api.update_integration, **place, patchOperations=[change]) == want
    to = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    role.may(owner, allow("iam:PassRole", given.arn, Condition=to))
    assert (
        refused(create, **arguments, **code)[1]
        == "Could not unzip uploaded file. Please check your file, then try to upload again."
    )
    assert denied(session("events").put_targets, Rule="passing", Targets=[target]) == want


@ACTIONS
def test_a_batch_of_secrets_needs_a_right_on_each(account: Account) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"""
    arn = account.client("secretsmanager").create_secret(Name="batched", SecretString="s")["ARN"]
    role = account.role(batch := allow("secretsmanager:BatchGetSecretValue"))
    get = role.session()("secretsmanager").batch_get_secret_value
    assert denied(get, SecretIdList=["batched"]) == ("secretsmanager:GetSecretValue", arn)
    assert denied(get, Filters=[{"Key": "name", "Values": ["b"]}]) == ("secretsmanager:ListSecrets", "*")
    role.may(batch, allow("secretsmanager:GetSecretValue", arn))
    assert [each["Name"] for each in get(SecretIdList=["batched"])["SecretValues"]] == ["batched"]


@pytest.mark.feature("Strict mode", "backups, mail, schedules and filters, with the rights that they need")
def test_what_is_named_otherwise(account: Account) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/, of each service"""
    nobody = account.role().session()
    dynamodb, ses, scheduler = nobody("dynamodb"), nobody("ses"), nobody("scheduler")
    table, backup = f"arn:aws:dynamodb:{AWS}:table/t", f"arn:aws:dynamodb:{AWS}:table/t/backup/1"
    assert denied(dynamodb.create_backup, TableName="t", BackupName="one") == ("dynamodb:CreateBackup", table)
    assert denied(dynamodb.delete_backup, BackupArn=backup) == ("dynamodb:DeleteBackup", backup)
    restore = "dynamodb:RestoreTableFromBackup"
    arguments = {"TargetTableName": "new", "BackupArn": backup}
    assert denied(dynamodb.restore_table_from_backup, **arguments) == (restore, backup)
    restorer = account.role(allow(restore)).session()("dynamodb")
    assert denied(restorer.restore_table_from_backup, **arguments) == ("dynamodb:UpdateItem", f"{table[:-1]}new")
    back = {"SourceTableName": "old", "TargetTableName": "new", "UseLatestRestorableTime": True}
    restore = "dynamodb:RestoreTableToPointInTime"
    assert denied(dynamodb.restore_table_to_point_in_time, **back) == (restore, f"{table[:-1]}old")

    account.client("ses").verify_domain_identity(Domain="verified.example")
    mail = {"Destination": {}, "Message": {"Subject": {"Data": ""}, "Body": {}}}
    identities = f"arn:aws:ses:{AWS}:identity"
    for source, identity in (("A <a@b.example>", "a@b.example"), ("a@verified.example", "verified.example")):
        assert denied(ses.send_email, Source=source, **mail) == ("ses:SendEmail", f"{identities}/{identity}")
    account.client("ses").delete_identity(Identity="verified.example")
    raw = {"Data": b"From: A <a@b.example>\n\nbody"}
    assert denied(ses.send_raw_email, RawMessage=raw) == ("ses:SendRawEmail", f"{identities}/a@b.example")

    schedules = f"arn:aws:scheduler:{AWS}"
    assert denied(scheduler.get_schedule, Name="s") == ("scheduler:GetSchedule", f"{schedules}:schedule/default/s")
    in_group = {"Name": "s", "GroupName": "g"}
    assert denied(scheduler.delete_schedule, **in_group) == ("scheduler:DeleteSchedule", f"{schedules}:schedule/g/s")
    group = denied(scheduler.get_schedule_group, Name="g")
    assert group == ("scheduler:GetScheduleGroup", f"{schedules}:schedule-group/g")

    trial = {"filterPattern": "", "logEventMessages": ["x"]}
    assert denied(nobody("logs").test_metric_filter, **trial) == ("logs:TestMetricFilter", "*")
    subscription = {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": "arn:x"}
    needed = ("logs:PutSubscriptionFilter", f"arn:aws:logs:{AWS}:log-group:g:log-stream:")
    assert denied(nobody("logs").put_subscription_filter, **subscription) == needed


@pytest.mark.feature("Strict mode", "functions that log groups may call only with a permission")
def test_log_groups_call_functions_that_let_them(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample"""
    functions, logs = account.client("lambda"), account.client("logs")
    role = account.role()
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    settings = {"Role": role.arn, "Handler": "app.handler", "Runtime": "python3.12", "Timeout": 30}
    code = {"ZipFile": package.getvalue()}
    arn = functions.create_function(FunctionName="told", **settings, Code=code)["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName="told", WaiterConfig=DENSELY)
    logs.create_log_group(logGroupName="/telling")
    subscription = {"logGroupName": "/telling", "filterName": "f", "filterPattern": "", "destinationArn": arn}
    code, why = refused(logs.put_subscription_filter, **subscription)
    assert (code, why.partition(".")[0]) == ("InvalidParameterException", "Could not execute the lambda function")
    functions.add_permission(
        FunctionName="told",
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=f"arn:aws:logs:{AWS}:log-group:/telling:*",
    )
    logs.put_subscription_filter(**subscription)


@pytest.mark.feature("Strict mode", "state machines with the rights of their roles")
def test_machines_have_the_rights_of_their_roles(account: Account, until: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html"""
    machines, queues = account.client("stepfunctions"), account.client("sqs")
    url = queues.create_queue(QueueName="machined")["QueueUrl"]
    role = account.role(principal={"Service": "states.amazonaws.com"})
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    task["Parameters"] = {"QueueUrl": url, "MessageBody": "sent"}
    definition = json.dumps({"StartAt": "Send", "States": {"Send": task}})
    arn = machines.create_state_machine(name="sending", definition=definition, roleArn=role.arn)["stateMachineArn"]

    def run() -> Any:
        execution = machines.start_execution(stateMachineArn=arn)["executionArn"]

        def ended() -> Any:
            described = machines.describe_execution(executionArn=execution)
            return described["status"] != "RUNNING" and described

        return until(ended, seconds=60)

    failed = run()
    assert failed["status"] == "FAILED"
    assert "not authorized to perform: sqs:sendmessage" in failed["cause"]
    role.may(allow("sqs:SendMessage", f"arn:aws:sqs:{AWS}:machined"))
    assert run()["status"] == "SUCCEEDED"
