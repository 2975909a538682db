"""API Gateway: bodies as they came, and the headers of gateway responses."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import get_gateway_response_or_default
from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import GatewayExceptionHandler
from localstack.utils.patch import patch

_HEADER = "gatewayresponse.header."


def apply() -> None:
    patch(parse.InvocationRequestParser.create_invocation_request)(create_invocation_request)
    patch(GatewayExceptionHandler.create_exception_response)(create_exception_response)


def create_invocation_request(original: Callable[..., Any], self: Any, context: Any) -> Any:
    """LocalStack parses a form and writes it anew; AWS passes the body on as it came.

    The JSON of a ``curl -d``, which calls everything a form, would come out as something else.
    """
    request = original(self, context)
    request["body"] = context.request.get_data()  # kept by the gateway: see keep_body
    return request


def create_exception_response(original: Callable[..., Any], self: Any, exception: Any, context: Any) -> Any:
    """LocalStack leaves out the headers that gateway responses were given, those of CORS among them.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    """
    response = original(self, exception, context)
    configured = get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
    for parameter, value in (configured.get("responseParameters") or {}).items():
        # Quoted values are constants; others name parts of the request, which we do not map.
        if parameter.startswith(_HEADER) and value[:1] == value[-1:] == "'":
            response.headers[parameter.removeprefix(_HEADER)] = value[1:-1]
    return response
