"""Bodies: those of requests as they came, those of binary media types as Base64 between gateway and function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api import helpers
from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from localstack.services.apigateway.next_gen.execute_api.integrations import aws
from localstack.utils.patch import Patch, patch


def apply() -> None:
    patch(parse.InvocationRequestParser.create_invocation_request)(create_invocation_request)
    patch(aws.RestApiAwsProxyIntegration.create_lambda_input_event)(create_lambda_input_event)
    Patch(aws, "mime_type_matches_binary_media_types", is_binary).apply()


def create_invocation_request(original: Callable[..., Any], self: Any, context: Any) -> Any:
    """LocalStack parses a form and writes it anew; AWS passes the body on as it came.

    The JSON of a ``curl -d``, which calls everything a form, would come out as something else.
    """
    request = original(self, context)
    request["body"] = context.request.get_data()  # kept by the gateway: see keep_body
    return request


def create_lambda_input_event(original: Callable[..., Any], self: Any, context: Any) -> Any:
    """LocalStack goes by what the body is, AWS by what its type is said to be."""
    event = original(self, context)
    body = context.integration_request["body"]
    kind = context.invocation_request["headers"].get("Content-Type")
    binary = is_binary(kind, context.deployment.rest_api.rest_api.get("binaryMediaTypes") or [])
    if body:
        event["body"] = base64.b64encode(body).decode() if binary else body.decode(errors="replace")
        event["isBase64Encoded"] = binary
    return event


def is_binary(mime_type: str | None, binary_media_types: list[str]) -> bool:
    """LocalStack does not know ``*/*``, which makes everything binary."""
    matches: bool = helpers.mime_type_matches_binary_media_types(mime_type, binary_media_types)
    return "*/*" in binary_media_types or matches
