"""API Gateway where LocalStack's own differs from AWS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
ECHO = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200"}},
}


@pytest.fixture
def url(emulator: Any) -> Iterator[str]:
    """An API with one path, and a header on what the gateway itself refuses."""
    client = boto3.client("apigateway", endpoint_url=emulator.endpoint_url, **CREDENTIALS)
    api = client.create_rest_api(name="quoted")["id"]
    definition = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": ECHO}
    body = {"openapi": "3.0.1", "info": {"title": "quoted", "version": "1"}, "paths": {"/here": {"get": definition}}}
    client.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(body))
    client.put_gateway_response(
        restApiId=api,
        responseType="DEFAULT_4XX",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Mapped": "method.request.header.Host",
        },
    )
    client.create_deployment(restApiId=api, stageName="prod")
    yield f"{emulator.endpoint_url}/_aws/execute-api/{api}/prod"
    client.delete_rest_api(restApiId=api)


def test_what_the_gateway_refuses_has_the_headers_it_was_given(url: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html: for 4XX, too."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/elsewhere", timeout=10)
    with refused.value as answer:
        assert answer.code == 403
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["X-Mapped"] is None


def test_what_it_answers_has_not(url: str) -> None:
    with urllib.request.urlopen(f"{url}/here", timeout=10) as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] is None
