"""The definition of the QR app's API for floor.py; ``function`` is the ARN of what answers."""

import hashlib
import json

NAME = "skiff-bench-qr-api"
DESCRIPTION = "QR Code Generator API"
ANY_ORIGIN = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
GATEWAY_RESPONSES = {"DEFAULT_4XX": ANY_ORIGIN, "DEFAULT_5XX": ANY_ORIGIN}
TEMPLATES = {"application/json": '{"statusCode": 204}'}
PREFLIGHT = {
    "method.response.header.Access-Control-Allow-Origin": "'*'",
    "method.response.header.Access-Control-Allow-Methods": "'POST,OPTIONS'",
    "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Api-Key'",
}


def integration(function: str) -> dict:
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    return {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, "timeoutInMillis": 29_000}


def openapi(function: str) -> dict:
    headers = [name.rpartition(".")[2] for name in PREFLIGHT]
    post = {
        "parameters": [],
        "responses": {},
        "x-amazon-apigateway-integration": {**integration(function), "type": "aws_proxy"},
    }
    options = {
        "responses": {
            "204": {
                "description": "CORS preflight",
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": TEMPLATES,
            "responses": {"default": {"statusCode": "204", "responseParameters": PREFLIGHT}},
        },
    }
    return {
        "openapi": "3.0.1",
        "info": {"title": NAME, "version": "1", "description": DESCRIPTION},
        "paths": {"/generate": {"post": post, "options": options}},
    }


def fingerprint(function: str) -> str:
    """What a deployment serves, as the deployer notes it in the deployment's description."""
    headers = {name.rpartition(".")[2]: value for name, value in PREFLIGHT.items()}
    preflight = {"type": "MOCK", "requestTemplates": TEMPLATES, "headers": headers}
    methods = {"POST": integration(function), "OPTIONS": preflight}
    definition = {"Paths": {"/generate": methods}, "GatewayResponses": GATEWAY_RESPONSES}
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:16]
