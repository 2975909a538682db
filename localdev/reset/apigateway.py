"""APIs: what of them is deployed, which LocalStack keeps across accounts, and how often they were called."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.apigateway.models import apigateway_stores
from moto.apigateway.models import apigateway_backends

from localdev.services.apigateway.limits import BUCKETS, USAGE


def forget(account: str) -> None:
    backends: dict[str, Any] = apigateway_backends.get(account, {})  # an index would make them
    limited = {plan for backend in backends.values() for plan in backend.usage_plans}
    for store in list(apigateway_stores[account].values()):
        for id in list(store.rest_apis):
            store.active_deployments.pop(id.lower(), None)
            store.internal_deployments.pop(id.lower(), None)
        limited.update(store.rest_apis)
    BUCKETS.forget(limited)
    USAGE.forget(limited)
