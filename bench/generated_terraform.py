"""The project of generated.py once more, for the AWS provider; only the names start with skiff-tf-bench.

It is written for speed. Everything stands for itself, for with ``for_each`` each function would wait for the roles of
all. An API is one OpenAPI body, as the deployer's is: any other way takes three more resources for each route. And the
zips lie in a bucket: with ``filename`` the provider makes one function after the other, five seconds each.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from bench.generated import Names
from bench.terraform import FILES
from deployer.package import Code

NAME = "skiff-tf-bench"
BUCKET = f"{NAME}-zips"  # not the stack's: it is to be there
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

Resources = dict[str, dict[str, Any]]  # kind and name to arguments


def write(folder: Path, apps: Names, packages: dict[str, Code]) -> None:
    """
    Args:
        folder: gets the ``.tf`` files.
        packages: of the functions, by app and function as in "app01-function01"; :func:`key` says where they lie.
    """
    resources: Resources = {}
    for app, functions in apps.items():
        for function in functions:
            for kind, arguments in _function(app, function, packages[f"{app}-{function}"]).items():
                resources.setdefault(kind, {})[f"{app}-{function}"] = arguments
        for kind, arguments in _api(app, functions).items():
            resources.setdefault(kind, {})[app] = arguments
    ids = {app: f"${{aws_api_gateway_rest_api.{app}.id}}" for app in apps}
    document = {"resource": resources, "output": {"ids": {"value": ids}}}
    (folder / "stack.tf.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    shutil.copy(FILES / "provider.tf", folder)


def key(entry: str) -> str:
    """Where in the bucket a function's zip is to be found."""
    return f"{entry}.zip"


def _function(app: str, function: str, package: Code) -> Resources:
    """What one function needs, kind to arguments."""
    entry, name = f"{app}-{function}", f"{NAME}-{app}-{function}"
    logging = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"${{aws_cloudwatch_log_group.{entry}.arn}}:*",
    }

    def tags(kind: str) -> dict[str, str]:
        return {"skiff:id": f"{app}.{kind}.{function}"}

    return {
        "aws_iam_role": {
            "name": name,
            "path": "/skiff/tf-bench/us-east-1/",
            "assume_role_policy": _policy(TRUST),
            "tags": tags("role"),
        },
        "aws_iam_role_policy": {
            "name": "grants",
            "role": f"${{aws_iam_role.{entry}.id}}",
            "policy": _policy(logging),
        },
        "aws_cloudwatch_log_group": {
            "name": f"/aws/lambda/{name}",
            "retention_in_days": 14,
            "tags": tags("log_group"),
        },
        "aws_lambda_function": {
            "function_name": name,
            "role": f"${{aws_iam_role.{entry}.arn}}",
            "handler": "app.handler",
            "runtime": "python3.12",
            "architectures": ["x86_64"],
            "timeout": 3,
            "memory_size": 128,
            "s3_bucket": BUCKET,
            "s3_key": key(entry),
            "source_code_hash": package.sha256,
            "tags": tags("function"),
            "depends_on": [f"aws_iam_role_policy.{entry}", f"aws_cloudwatch_log_group.{entry}"],
        },
        "aws_lambda_permission": {
            "statement_id": "skiff-api",
            "action": "lambda:InvokeFunction",
            "function_name": f"${{aws_lambda_function.{entry}.function_name}}",
            "principal": "apigateway.amazonaws.com",
            "source_arn": f"${{aws_api_gateway_rest_api.{app}.execution_arn}}/prod/*",
        },
    }


def _api(app: str, functions: list[str]) -> Resources:
    """An app's API with a route to each function, kind to arguments."""
    name = f"{NAME}-{app}-api"
    body = {
        "openapi": "3.0.1",
        "info": {"title": name, "version": "1", "description": f"REST API of {app}"},
        "paths": {f"/{function}": {"get": _route(app, function)} for function in functions},
    }
    return {
        "aws_api_gateway_rest_api": {
            "name": name,
            "description": f"REST API of {app}",
            "endpoint_configuration": {"types": ["REGIONAL"]},
            "body": json.dumps(body),
            "tags": {"skiff:id": f"{app}.rest_api.api"},
        },
        "aws_api_gateway_deployment": {
            "rest_api_id": f"${{aws_api_gateway_rest_api.{app}.id}}",
            "triggers": {"definition": f"${{sha256(aws_api_gateway_rest_api.{app}.body)}}"},
            "lifecycle": {"create_before_destroy": True},
        },
        "aws_api_gateway_stage": {
            "rest_api_id": f"${{aws_api_gateway_rest_api.{app}.id}}",
            "deployment_id": f"${{aws_api_gateway_deployment.{app}.id}}",
            "stage_name": "prod",
        },
    }


def _route(app: str, function: str) -> dict[str, Any]:
    return {
        "parameters": [],
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": f"${{aws_lambda_function.{app}-{function}.invoke_arn}}",
        },
    }


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
