"""Authorizers of types TOKEN and REQUEST: a function returns a policy, which is kept for a while.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    UnauthorizedError,
)
from localstack.services.apigateway.next_gen.execute_api.header_utils import build_multi_value_headers
from localstack.services.apigateway.next_gen.execute_api.helpers import (
    get_lambda_function_arn_from_invocation_uri,
    render_uri_with_stage_variables,
)
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import get_service_factory

from localdev.policies import Verdict
from localdev.services.apigateway import resource_policy
from localdev.services.apigateway.authorization import looks_right, misconfigured
from localdev.services.apigateway.cache import Cache
from localdev.services.apigateway.policy import InvalidPolicy, decide
from localdev.services.apigateway.resource_policy import api_arn, method_arn
from localdev.services.apigateway.responses import lookup

DEFAULT_TTL = 300  # seconds
DEFAULT_SOURCE = "method.request.header.Authorization"  # of type TOKEN

CACHE = Cache()


def authorize_by_function(context: Any, authorizer: Any) -> None:
    """Puts the function's context where integrations find it, or raises one of the gateway's errors."""
    identity = identity_of(context, authorizer)
    given = authorizer.get("authorizerResultTtlInSeconds")
    # Without an identity nobody could be told from anybody else.
    ttl = (DEFAULT_TTL if given is None else int(given)) if identity else 0
    key = context.api_id, context.stage, authorizer["id"], identity
    answer = CACHE.get(key)
    if answer is None:
        answer = ask(context, authorizer, identity)
        CACHE.put(key, answer, ttl)
    try:
        decision = decide(answer.get("policyDocument"), resource_policy.need(context))
    except InvalidPolicy as error:
        raise misconfigured(authorizer, str(error)) from error
    # What the API's own policy says decides where the function's says nothing.
    if decision is Verdict.SILENT and resource_policy.verdict(context) is Verdict.ALLOW:
        decision = Verdict.ALLOW
    if decision is not Verdict.ALLOW:
        explicitly = " with an explicit deny" if decision is Verdict.DENY else ""
        raise AccessDeniedError(f"User is not authorized to access this resource{explicitly}")
    told = {name: as_text(value) for name, value in (answer.get("context") or {}).items()}
    context.context_variables["authorizer"] = {"principalId": answer["principalId"], **told}
    if answer.get("usageIdentifierKey"):
        context.context_variables["identity"]["apiKey"] = answer["usageIdentifierKey"]


def identity_of(context: Any, authorizer: Any) -> tuple[str, ...]:
    """What the caller is known by. Raises UnauthorizedError where any of it is missing or malformed."""
    by_token = authorizer["type"] == "TOKEN"
    given = authorizer.get("identitySource") or (DEFAULT_SOURCE if by_token else "")
    sources = [source.strip() for source in given.split(",") if source.strip()]
    found = [lookup(source, context) for source in sources]
    if not all(found) or (by_token and not looks_right(authorizer, found[0])):
        raise UnauthorizedError("Unauthorized")
    return tuple(map(str, found))


def ask(context: Any, authorizer: Any, identity: tuple[str, ...]) -> dict[str, Any]:
    """The function's answer, checked but for its policy."""
    event = {"type": authorizer["type"], "methodArn": method_arn(context)}
    event |= {"authorizationToken": identity[0]} if authorizer["type"] == "TOKEN" else described(context)
    uri = render_uri_with_stage_variables(authorizer["authorizerUri"], context.stage_variables) or ""
    arn = get_lambda_function_arn_from_invocation_uri(uri)
    role = authorizer.get("authorizerCredentials")
    own: Any = connect_to(region_name=context.region, aws_access_key_id=context.account_id)
    clients = get_service_factory(context.region, role) if role else own
    source = f"{api_arn(context)}/authorizers/{authorizer['id']}"
    caller = clients.lambda_.request_metadata(service_principal="apigateway", source_arn=source)
    try:
        result = caller.invoke(FunctionName=arn, Payload=json.dumps(event))
    except ClientError as error:
        raise misconfigured(authorizer, str(error)) from error
    answer = json.loads(result["Payload"].read() or b"null")
    if result.get("FunctionError"):
        if answer.get("errorMessage") == "Unauthorized":
            raise UnauthorizedError("Unauthorized")
        raise misconfigured(authorizer, f"its function failed: {answer.get('errorMessage')}")
    if not isinstance(answer, dict) or not isinstance(answer.get("principalId"), str):
        raise misconfigured(authorizer, "its function returned no principalId")
    told = answer.get("context") or {}
    if not isinstance(told, dict) or not all(isinstance(value, str | int | float) for value in told.values()):
        raise misconfigured(authorizer, "its function returned a context of something else than texts and numbers")
    return answer


def described(context: Any) -> dict[str, Any]:
    """The request, as a function of type REQUEST is told."""
    request = context.invocation_request
    return {
        "resource": context.resource["path"],
        "path": request["path"],
        "httpMethod": request["http_method"],
        "headers": dict(request["headers"]),
        "multiValueHeaders": build_multi_value_headers(request["headers"]),
        "queryStringParameters": request["query_string_parameters"],
        "multiValueQueryStringParameters": request["multi_value_query_string_parameters"],
        "pathParameters": request["path_parameters"],
        "stageVariables": context.stage_variables or {},
        "requestContext": context.context_variables,
    }


def as_text(value: str | float) -> str:
    return value if isinstance(value, str) else json.dumps(value)
