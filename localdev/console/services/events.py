"""EventBridge's rules, of every bus."""

from __future__ import annotations

import json
from typing import Any

from localdev.console.parts import Document, Facts, Part, Table, Thing, tags_of
from localdev.console.place import Place

SERVICE = "events"
TITLE = "Rules"


def things(place: Place) -> list[Thing]:
    client = place.client(SERVICE)
    return [
        Thing(
            f"{bus['Name']}/{rule['Name']}",
            ", ".join([rule.get("ScheduleExpression", "pattern"), rule["State"].lower()]),
        )
        for bus in client.list_event_buses()["EventBuses"]
        for rule in client.list_rules(EventBusName=bus["Name"])["Rules"]
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    client = place.client(SERVICE)
    return tags_of(client.list_tags_for_resource(ResourceARN=_rule(client, name)["Arn"])["Tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    rule = _rule(client, name)
    targets = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=rule["EventBusName"])["Targets"]
    pattern = rule.get("EventPattern")
    return [
        Facts(
            [
                ("Description", rule.get("Description", "")),
                ("Schedule", rule.get("ScheduleExpression", "")),
                ("State", rule["State"]),
            ]
        ),
        *([Document("Pattern", json.loads(pattern))] if pattern else []),
        Table("Targets", ["Id", "Goes to"], [[each["Id"], each["Arn"]] for each in targets], empty="No targets."),
    ]


def _rule(client: Any, name: str) -> Any:
    bus, _, rule = name.rpartition("/")  # a bus of a partner has slashes in its name, a rule has none
    return client.describe_rule(Name=rule, EventBusName=bus)
