"""Who may call a method: everybody, a signer, a user of a pool, or whom a function lets in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import re
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AuthorizerConfigurationError,
)

from localdev.services.apigateway import resource_policy

LOG = logging.getLogger(__name__)


def authorize(chain: Any, context: Any, response: Any) -> None:
    """A handler of the gateway. Raises one of its errors where the call is not authorized."""
    method = context.resource_method
    kind = method.get("authorizationType") or "NONE"
    if kind == "NONE":
        resource_policy.require(context)
        return
    if kind == "AWS_IAM":
        from localdev.services.apigateway.signers import authorize_signer

        authorize_signer(context)
        return
    authorizer = context.deployment.rest_api.authorizers.get(method.get("authorizerId"))
    if authorizer is None:
        raise AuthorizerConfigurationError
    if kind == "COGNITO_USER_POOLS":
        from localdev.services.apigateway.cognito_authorizer import authorize_user

        authorize_user(context, authorizer)
        resource_policy.require(context)
    else:
        from localdev.services.apigateway.lambda_authorizer import authorize_by_function

        resource_policy.refuse_denied(context)
        authorize_by_function(context, authorizer)


def looks_right(authorizer: Any, identity: str) -> bool:
    """By the authorizer's identityValidationExpression, if it has one."""
    expression = authorizer.get("identityValidationExpression")
    try:
        return not expression or re.fullmatch(expression, identity) is not None
    except re.error as error:
        raise misconfigured(authorizer, f"its identity validation expression {expression!r}: {error}") from error


def misconfigured(authorizer: Any, why: str) -> AuthorizerConfigurationError:
    """AWS tells the caller nothing; the log says why."""
    LOG.warning("authorizer %s: %s", authorizer["name"], why)
    return AuthorizerConfigurationError()
