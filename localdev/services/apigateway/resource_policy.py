"""The policy that an API carries, as of its deployment: whom it lets in, and whom it keeps out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from localstack.aws.api.apigateway import BadRequestException
from localstack.services.apigateway.next_gen import provider
from localstack.services.apigateway.next_gen.execute_api.gateway_response import AccessDeniedError
from localstack.utils.patch import patch

from localdev.policies import Document, Need, Verdict, judge, many, surroundings, understood
from localdev.services.apigateway.policy import INVOKE, InvalidPolicy, check_statement

Provider = provider.ApigatewayNextGenProvider


def apply() -> None:
    freeze = vars(provider)["freeze_rest_api"]
    vars(provider)["freeze_rest_api"] = lambda **which: with_policy(freeze(**which), which["moto_rest_api"])
    patch(Provider.create_rest_api)(create_rest_api)
    patch(Provider.update_rest_api)(update_rest_api)


def with_policy(deployment: Any, api: Any) -> Any:
    """A deployment as LocalStack makes it, which leaves out the policy."""
    deployment.rest_api.rest_api["policy"] = api.policy
    return deployment


def create_rest_api(original: Callable[..., Any], self: Any, context: Any, request: Any, **more: Any) -> Any:
    check(request.get("policy"))
    return original(self, context, request, **more)


def update_rest_api(
    original: Callable[..., Any], self: Any, context: Any, rest_api_id: str, patch_operations: Any = None, **more: Any
) -> Any:
    for operation in patch_operations or []:
        if operation.get("path") == "/policy":
            check(operation.get("value"))
    return original(self, context, rest_api_id, patch_operations, **more)


def check(policy: str | None) -> None:
    """Raises BadRequestException for text that is no policy. An empty one takes it away."""
    try:
        statements = many(json.loads(policy)["Statement"]) if policy else []
        for statement in statements:
            check_statement(statement)
        valid = all(
            understood(statement) and ("Principal" in statement or "NotPrincipal" in statement)
            for statement in statements
        )
    except (ValueError, KeyError, TypeError, InvalidPolicy):
        valid = False
    if not valid:
        raise BadRequestException(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        )


def of(context: Any) -> Document | None:
    """None if the API has none. A resource may leave out what stands before the stage in its ARN."""
    policy = context.deployment.rest_api.rest_api.get("policy")
    if not policy:
        return None
    document: Document = json.loads(json.dumps(json.loads(policy)).replace('"execute-api:/', f'"{api_arn(context)}/'))
    return document


def need(context: Any, **about: str) -> Need:
    """about: more values of condition keys, with ``_`` for ``:``."""
    given = {name.replace("_", ":"): value for name, value in about.items()}
    return Need(INVOKE, method_arn(context), {**surroundings(context.request.headers), **given})


def verdict(context: Any, principals: Iterable[str] = (), **about: str) -> Verdict | None:
    """None if the API has no policy."""
    document = of(context)
    return judge(document, need(context, **about), principals) if document else None


def refuse_denied(context: Any) -> None:
    """Before anybody is asked who calls. Raises AccessDeniedError."""
    if verdict(context) is Verdict.DENY:
        raise denial(context, "anonymous", " with an explicit deny")


def require(context: Any) -> None:
    """Raises AccessDeniedError unless there is no policy, or it lets everybody in."""
    refuse_denied(context)
    if verdict(context) is Verdict.SILENT:
        raise denial(context, "anonymous")


def denial(context: Any, who: str, why: str = "") -> AccessDeniedError:
    """AWS shows the end of the account's number only."""
    arn = method_arn(context).replace(context.account_id, f"********{context.account_id[-4:]}", 1)
    return AccessDeniedError(f"User: {who} is not authorized to perform: {INVOKE} on resource: {arn}{why}")


def method_arn(context: Any) -> str:
    """Of this very path: ``…/prod/GET/pets/5``."""
    request = context.invocation_request
    return f"{api_arn(context)}/{context.stage}/{request['http_method']}{request['path']}"


def api_arn(context: Any) -> str:
    return f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}"
