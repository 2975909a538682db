"""Which events a trail records.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudtrail.kept import EVERYTHING, Record, Trail, find, not_emulated, refused

OBJECTS = "AWS::S3::Object"
ALL_OBJECTS = ("arn:aws:s3", "arn:aws:s3:::")
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, wanted: value == wanted,
    "StartsWith": lambda value, wanted: value.startswith(wanted),
    "EndsWith": lambda value, wanted: value.endswith(wanted),
}
FIELDS: dict[str, Callable[[Record], str]] = {
    "eventCategory": lambda record: str(record["eventCategory"]),
    "eventName": lambda record: str(record["eventName"]),
    "eventSource": lambda record: str(record["eventSource"]),
    "readOnly": lambda record: str(record["readOnly"]).lower(),
    "resources.ARN": lambda record: _resource(record).get("ARN", ""),
    "resources.type": lambda record: _resource(record).get("type", ""),
}


class Selectors:
    @handler("PutEventSelectors", expand=False)
    def put_event_selectors(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["TrailName"])
        basic, advanced = request.get("EventSelectors"), request.get("AdvancedEventSelectors")
        if bool(basic) == bool(advanced):
            text = "Exactly one of EventSelectors and AdvancedEventSelectors must be given."
            raise refused("InvalidEventSelectorsException", text)
        for each in basic or []:
            for resource in each.get("DataResources") or []:
                _require_objects(resource["Type"])
        for each in advanced or []:
            for selector in each["FieldSelectors"]:
                _check_field(selector)
        found.selectors = [{**EVERYTHING, **each} for each in basic or []]
        found.advanced = advanced or []
        return {
            "TrailARN": found.arn,
            **({"EventSelectors": found.selectors} if basic else {"AdvancedEventSelectors": advanced}),
        }

    @handler("GetEventSelectors", expand=False)
    def get_event_selectors(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["TrailName"])
        chosen = {"EventSelectors": found.selectors, "AdvancedEventSelectors": found.advanced}
        return {"TrailARN": found.arn, **{name: value for name, value in chosen.items() if value}}

    @handler("PutInsightSelectors", expand=False)
    def put_insight_selectors(self, context: RequestContext, request: Any) -> Any:
        raise not_emulated("CloudTrail Insights")


def selects(trail: Trail, record: Record) -> bool:
    return any(_basic(each, record) for each in trail.selectors) or any(
        all(_field(selector, record) for selector in each["FieldSelectors"]) for each in trail.advanced
    )


def _basic(selector: dict[str, Any], record: Record) -> bool:
    if selector["ReadWriteType"] not in ("All", "ReadOnly" if record["readOnly"] else "WriteOnly"):
        return False
    if record["managementEvent"]:
        excluded = record["eventSource"] in selector["ExcludeManagementEventSources"]
        return bool(selector["IncludeManagementEvents"]) and not excluded
    values = [value for each in selector["DataResources"] for value in each.get("Values") or []]
    return any(value in ALL_OBJECTS or _resource(record)["ARN"].startswith(value) for value in values)


def _field(selector: dict[str, Any], record: Record) -> bool:
    value = FIELDS[selector["Field"]](record)
    for name, operator in OPERATORS.items():
        if (wanted := selector.get(name)) and not any(operator(value, each) for each in wanted):
            return False
        if any(operator(value, each) for each in selector.get(f"Not{name}") or []):
            return False
    return True


def _resource(record: Record) -> dict[str, str]:
    """What a data event is about."""
    found: list[dict[str, str]] = record.get("resources") or [{}]
    return found[0]


def _check_field(selector: dict[str, Any]) -> None:
    if selector["Field"] not in FIELDS:
        raise not_emulated(f"the field {selector['Field']} of event selectors")
    if selector["Field"] == "resources.type":
        for each in selector.get("Equals") or []:
            _require_objects(each)


def _require_objects(kind: str) -> None:
    if kind != OBJECTS:
        raise not_emulated(f"recording data events of {kind}")
