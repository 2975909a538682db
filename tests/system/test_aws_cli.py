"""The AWS CLI, a client that knows nothing of us, sees what the QR system is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.web import Cli, Qr, decode, http

ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def configuration(ask: Callable[..., Any], qr: Qr) -> Any:
    return ask("lambda", "get-function-configuration", "--function-name", qr.function)


def test_bucket_lists_what_was_generated(aws: Cli, qr: Qr) -> None:
    made = qr.generate("in the bucket")["filename"]
    assert qr.bucket in aws("s3", "ls")
    listing = aws("s3", "ls", f"s3://{qr.bucket}", "--summarize", "--human-readable")
    assert made in listing
    assert "Total Size" in listing


def test_bucket_may_be_read_by_anyone_and_nothing_else(ask: Callable[..., Any], qr: Qr) -> None:
    bucket = ("--bucket", qr.bucket)
    (statement,) = json.loads(ask("s3api", "get-bucket-policy", *bucket)["Policy"])["Statement"]
    wanted = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{qr.bucket}/*"}
    assert {key: statement[key] for key in wanted} == wanted
    assert ask("s3api", "get-public-access-block", *bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }


def test_codes_expire(ask: Callable[..., Any], qr: Qr) -> None:
    (rule,) = ask("s3api", "get-bucket-lifecycle-configuration", "--bucket", qr.bucket)["Rules"]
    assert (rule["Status"], rule["Expiration"]) == ("Enabled", {"Days": 365})


def test_object_is_a_png_that_may_be_kept(ask: Callable[..., Any], qr: Qr) -> None:
    head = ask("s3api", "head-object", "--bucket", qr.bucket, "--key", qr.generate("kept")["filename"])
    assert (head["ContentType"], head["CacheControl"]) == ("image/png", "max-age=31536000")


def test_invoke_with_the_seeds_own_payload(aws: Cli, qr: Qr, tmp_path: Path) -> None:
    file = tmp_path / "response.json"
    payload = '{"text": "Direct Lambda test"}'
    answer = json.loads(
        aws("lambda", "invoke", "--function-name", qr.function, "--payload", payload, str(file), "--output", "json")
    )
    assert (answer["StatusCode"], "FunctionError" in answer) == (200, False)
    body = json.loads(json.loads(file.read_text())["body"])
    assert body["text_length"] == len("Direct Lambda test")
    assert decode(http("GET", body["url"]).body) == "Direct Lambda test"


def test_function_is_configured_as_the_seed_says(configuration: Any, qr: Qr) -> None:
    wanted = {"Runtime": "python3.12", "Timeout": 30, "MemorySize": 256, "State": "Active"}
    assert {key: configuration[key] for key in wanted} == wanted
    assert configuration["Environment"]["Variables"] == {"BUCKET_NAME": qr.bucket}


def test_role_trusts_lambda_alone(ask: Callable[..., Any], configuration: Any) -> None:
    role = ask("iam", "get-role", "--role-name", _last(configuration["Role"]))["Role"]
    assert role["Arn"] == configuration["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_role_may_put_into_that_bucket_and_write_its_own_log_and_nothing_else(
    ask: Callable[..., Any], configuration: Any, qr: Qr
) -> None:
    role = ("--role-name", _last(configuration["Role"]))
    assert ask("iam", "list-attached-role-policies", *role)["AttachedPolicies"] == []
    (policy,) = ask("iam", "list-role-policies", *role)["PolicyNames"]
    statements = ask("iam", "get-role-policy", *role, "--policy-name", policy)["PolicyDocument"]["Statement"]
    allowed = {(action, each["Resource"]) for each in statements for action in each["Action"]}
    log = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/{qr.function}:*"
    assert {each["Effect"] for each in statements} == {"Allow"}
    assert allowed == {
        ("s3:PutObject", f"arn:aws:s3:::{qr.bucket}/*"),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
    }


def test_log_group_keeps_lines_for_two_weeks(ask: Callable[..., Any], qr: Qr) -> None:
    name = f"/aws/lambda/{qr.function}"
    groups = ask("logs", "describe-log-groups", "--log-group-name-prefix", name)["logGroups"]
    assert [(group["logGroupName"], group["retentionInDays"]) for group in groups] == [(name, 14)]


def test_api_leads_to_the_function(ask: Callable[..., Any], configuration: Any, qr: Qr) -> None:
    (api,) = [each for each in ask("apigateway", "get-rest-apis")["items"] if each["id"] == qr.outputs["api.id"]]
    assert api["description"] == "QR Code Generator API"
    resources = ask("apigateway", "get-resources", "--rest-api-id", api["id"], "--embed", "methods")["items"]
    (generate,) = [each for each in resources if each["path"] == "/generate"]
    assert generate["resourceMethods"].keys() == {"POST", "OPTIONS"}
    post = generate["resourceMethods"]["POST"]
    assert post["authorizationType"] == "NONE"
    assert post["methodIntegration"]["type"] == "AWS_PROXY"
    assert configuration["FunctionArn"] in post["methodIntegration"]["uri"]


def test_api_is_deployed_to_prod(ask: Callable[..., Any], qr: Qr) -> None:
    api = ("--rest-api-id", qr.outputs["api.id"])
    (stage,) = ask("apigateway", "get-stages", *api)["item"]
    (deployment,) = ask("apigateway", "get-deployments", *api)["items"]
    assert (stage["stageName"], stage["deploymentId"]) == ("prod", deployment["id"])


def test_api_lets_pages_read_its_own_errors_too(ask: Callable[..., Any], qr: Qr) -> None:
    """LocalStack stores these headers but does not send them."""
    answers = ask("apigateway", "get-gateway-responses", "--rest-api-id", qr.outputs["api.id"])["items"]
    header = "gatewayresponse.header.Access-Control-Allow-Origin"
    ours = {each["responseType"]: each["responseParameters"] for each in answers if not each["defaultResponse"]}
    assert ours == {"DEFAULT_4XX": {header: "'*'"}, "DEFAULT_5XX": {header: "'*'"}}


def test_only_that_api_may_call_the_function(ask: Callable[..., Any], qr: Qr) -> None:
    policy = json.loads(ask("lambda", "get-policy", "--function-name", qr.function)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Action"] == "lambda:InvokeFunction"
    source = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{qr.outputs['api.id']}/prod/*"
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": source}}


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
