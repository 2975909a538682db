"""API Gateway (REST): who may call, how often, and what is answered otherwise; bodies as they came.

The order is AWS's: route, authorizer and the API's policy, API key, throttling and quota, validation, integration.
The first and the last two are LocalStack's own.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any


def apply() -> None:
    from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
    from localstack.utils.patch import patch

    from localdev.services.apigateway import bodies, documents, operations, resource_policy, responses

    patch(RestApiGateway.__init__)(add_handlers)
    bodies.apply()
    responses.apply()
    operations.apply()
    resource_policy.apply()
    documents.apply()


def add_handlers(original: Callable[..., None], self: Any) -> None:
    from localstack.services.apigateway.next_gen.execute_api import handlers

    from localdev.services.apigateway.authorization import authorize
    from localdev.services.apigateway.limits import limit

    original(self)
    at = self.request_handlers.index(handlers.api_key_validation_handler)
    self.request_handlers[at : at + 1] = [authorize, handlers.api_key_validation_handler, limit]
