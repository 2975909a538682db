"""EventBridge: what stands by for buses, rules, targets, archives, connections and API destinations."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.events.api_destination import APIDestinationService
from localstack.services.events.archive import ArchiveService
from localstack.services.events.connection import ConnectionService
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import EventsStore, events_stores
from localstack.services.events.replay import ReplayService
from localstack.services.events.rule import RuleService
from localstack.services.plugins import SERVICE_PLUGINS

from localdev.state.part import Part


class Service(Part):
    """Rules on a schedule need none: see `localdev.services.events.schedules`."""

    def restore(self, kept: Any) -> None:
        provider: Any = SERVICE_PLUGINS.require("events").lifecycle_hook
        for account, region, store in events_stores.iter_stores():
            _restore(provider, account, region, store)


def _restore(provider: Any, account: str, region: str, store: EventsStore) -> None:
    for bus in store.event_buses.values():
        provider._event_bus_services_store[bus.arn] = EventBusService(bus)
        for rule in bus.rules.values():
            provider._rule_services_store[rule.arn] = RuleService(rule)
            for target in rule.targets.values():
                provider.create_target_sender(target, rule.arn, rule.name, region, account)
    for archive in store.archives.values():
        created = archive.creation_time
        provider._archive_service_store[archive.arn] = ArchiveService(archive)
        archive.creation_time = created
    for replay in store.replays.values():
        service = ReplayService.__new__(ReplayService)  # making one would start it
        service.replay = replay
        provider._replay_service_store[replay.arn] = service
    for connection in store.connections.values():
        provider._connection_service_store[connection.arn] = ConnectionService.restore_from_connection(connection)
    for destination in store.api_destinations.values():
        connection = next(each for each in store.connections.values() if each.arn == destination.connection_arn)
        restored = APIDestinationService.restore_from_api_destination_and_connection(destination, connection)
        provider._api_destination_service_store[destination.arn] = restored
