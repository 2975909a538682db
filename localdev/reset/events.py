"""EventBridge: what stands by for buses, rules and their targets."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS


def forget(account: str) -> None:
    provider: Any = SERVICE_PLUGINS.require("events").lifecycle_hook
    for services in (
        provider._rule_services_store,
        provider._target_sender_store,
        provider._event_bus_services_store,
        provider._archive_service_store,
        provider._replay_service_store,
        provider._connection_service_store,
        provider._api_destination_service_store,
    ):
        for arn in [arn for arn in services if arn.split(":")[4] == account]:
            del services[arn]
