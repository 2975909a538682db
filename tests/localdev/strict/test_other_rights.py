"""Rights that a request needs beside that to do it."""

from __future__ import annotations

import pytest

from tests.localdev.strict.account import ACCOUNT, REGION, Account, allow, denied, refused

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
