"""Gateway responses: what the gateway itself answers, with the headers and bodies it was given.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import get_gateway_response_or_default
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import GatewayExceptionHandler
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint
from localstack.utils.patch import patch
from rolo import Response

HEADER = "gatewayresponse.header."
JSON = "application/json"
DEFAULT = '{"message":$context.error.messageString}'
VARIABLE = re.compile(r"\$((?:context|stageVariables|method\.request)\.[\w.-]*\w)")


def apply() -> None:
    patch(GatewayExceptionHandler.create_exception_response)(create_exception_response)
    patch(ApiGatewayEndpoint.__call__)(forbid_unknown_stages)


def forbid_unknown_stages(original: Callable[..., Any], self: Any, request: Any, **path: Any) -> Any:
    """LocalStack says 404 of every address that leads nowhere. AWS knows the host of an API, and forbids the rest."""
    stages = self._global_store.active_deployments.get(path.get("api_id"))
    if stages and path.get("stage") not in stages:
        return Response('{"message":"Forbidden"}', 403, content_type=JSON)
    return original(self, request, **path)


def create_exception_response(original: Callable[..., Any], self: Any, exception: Any, context: Any) -> Any:
    """LocalStack leaves out the headers that gateway responses were given, those of CORS among them, and bodies."""
    response = original(self, exception, context)
    configured = get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
    for parameter, value in (configured.get("responseParameters") or {}).items():
        found = value[1:-1] if value[:1] == value[-1:] == "'" else lookup(value, context)
        if parameter.startswith(HEADER) and found is not None:
            response.headers[parameter.removeprefix(HEADER)] = str(found)
    templates = configured.get("responseTemplates") or {}
    wanted = context.request.headers.get("Accept", JSON)
    kind = wanted if wanted in templates else JSON if JSON in templates or not templates else next(iter(templates))
    if templates.get(kind, DEFAULT) != DEFAULT:
        response.set_data(VARIABLE.sub(lambda match: text(lookup(match[1], context)), templates[kind]))
        response.headers["Content-Type"] = kind
    return response


def lookup(name: str, context: Any) -> Any:
    """What ``context.…``, ``stageVariables.…`` or ``method.request.…`` stands for; None if there is no such thing."""
    request = context.invocation_request
    if name == "context.error.messageString":
        return json.dumps(context.context_variables["error"]["message"])
    if name.startswith("method.request."):
        where, _, key = name.removeprefix("method.request.").partition(".")
        places = {
            "header": request["headers"],
            "querystring": request["query_string_parameters"],
            "path": request.get("path_parameters") or {},
        }
        return places.get(where, {}).get(key)
    first, *rest = name.split(".")
    found: Any = {"context": context.context_variables, "stageVariables": context.stage_variables}.get(first)
    for part in rest:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def text(value: Any) -> str:
    return "" if value is None else str(value)
