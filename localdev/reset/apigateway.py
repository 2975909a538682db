"""APIs: what of them is deployed, which LocalStack keeps across accounts."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.apigateway.models import apigateway_stores


def forget(account: str) -> None:
    for store in list(apigateway_stores[account].values()):
        for id in list(store.rest_apis):
            store.active_deployments.pop(id.lower(), None)
            store.internal_deployments.pop(id.lower(), None)
