"""An API's methods between three spellings: our properties, AWS's answers, and the OpenAPI body that AWS takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

import re
from typing import Any

from deployer.resource import Properties

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
TIMEOUT_LIMIT = 29  # seconds
# What a method of ours has not, and would let it answer otherwise.
_BY_OTHERS = ("requestValidatorId", "credentials", "contentHandling")
_HEADER = "method.response.header."


def preflight(origin: str, methods: list[str]) -> Properties:
    """What answers a browser that asks whether a page of ``origin`` may use ``methods``."""
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Headers": "Content-Type,Authorization,X-Api-Key",
    }
    templates = {"application/json": '{"statusCode": 204}'}
    return {
        "type": "MOCK",
        "requestTemplates": templates,
        "headers": {name: f"'{value}'" for name, value in headers.items()},
    }


def proxy(uri: str) -> Properties:
    """What hands requests to a function, and waits for the answer as long as API Gateway does."""
    return {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, "timeoutInMillis": TIMEOUT_LIMIT * 1000}


def methods(resource: Any) -> dict[str, Properties]:
    """The methods of a path as AWS has them, in the spelling of ``desired``."""
    found: dict[str, Properties] = {}
    for name, method in resource["resourceMethods"].items():
        integration = method.get("methodIntegration", {})
        if integration.get("type") == "MOCK":
            answers = integration.get("integrationResponses", {}).values()
            headers = {
                parameter.removeprefix(_HEADER): value
                for answer in answers
                for parameter, value in answer.get("responseParameters", {}).items()
            }
            templates = integration.get("requestTemplates", {})
            found[name] = {"type": "MOCK", "requestTemplates": templates, "headers": headers}
        else:
            found[name] = {key: integration.get(key) for key in ("type", "httpMethod", "uri", "timeoutInMillis")}
        if method.get("authorizationType", "NONE") != "NONE" or method.get("apiKeyRequired"):
            found[name]["authorization"] = method.get("authorizationType")
        others = {**method, **integration}
        found[name] |= {key: others[key] for key in _BY_OTHERS if others.get(key)}
    return found


def body(name: str, want: Properties) -> Properties:
    """The whole definition as OpenAPI, with Amazon's extensions."""
    return {
        "openapi": "3.0.1",
        "info": {"title": name, "version": "1", "description": want["Description"]},
        "paths": {
            path: {
                method.lower(): _mock(each) if each["type"] == "MOCK" else _proxy(each, path)
                for method, each in methods.items()
            }
            for path, methods in want["Paths"].items()
        },
    }


def _proxy(integration: Properties, path: str) -> Properties:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)\+?}", path)
    ]
    return {
        "parameters": parameters,
        "responses": {},
        "x-amazon-apigateway-integration": {**integration, "type": "aws_proxy"},
    }


def _mock(integration: Properties) -> Properties:
    headers = integration["headers"]
    schema = {"schema": {"type": "string"}}
    answer = {"statusCode": "204", "responseParameters": {_HEADER + name: value for name, value in headers.items()}}
    return {
        "responses": {"204": {"description": "CORS preflight", "headers": dict.fromkeys(headers, schema)}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": integration["requestTemplates"],
            "responses": {"default": answer},
        },
    }
