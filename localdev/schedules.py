"""Rules of EventBridge and schedules of EventBridge Scheduler, fired now instead of when their time has come."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack import config
from localstack.services.events.models import events_stores
from localstack.services.events.target import TargetSenderFactory
from localstack.utils.xray.trace_header import TraceHeader


class NotFired(Exception):
    """There is none of that name, or it would not fire on AWS either. ``hint`` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def fire_rule(account: str, region: str, bus: str, name: str) -> list[dict[str, Any]]:
    """Delivers a rule's scheduled event to each of its targets. Returns of each its ARN and what went wrong, if so.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-aws-events.html Raises NotFired.
    """
    buses: dict[str, Any] = events_stores[account][region].event_buses
    rule = buses[bus].rules.get(name) if bus in buses else None
    if rule is None:
        raise NotFired(f"no rule {name!r} on the bus {bus!r} in {region}", _run("events list-rules"))
    if not rule.schedule_expression:
        raise NotFired(
            f"the rule {name!r} has no schedule", "it fires when an event matches it: send one with PutEvents"
        )
    if rule.state == "DISABLED":
        raise NotFired(f"the rule {name!r} is disabled", _run("events enable-rule"))
    event = scheduled_event("aws.events", account, region, rule.arn) | {"detail": {}}
    return [deliver(target, rule, account, region, event) for target in rule.targets.values()]


def fire_schedule(account: str, region: str, group: str, name: str) -> list[dict[str, Any]]:
    """The same for a schedule, which has one target.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html Raises NotFired.
    """
    from moto.scheduler.models import scheduler_backends

    groups: dict[str, Any] = scheduler_backends[account][region].schedule_groups
    schedule = groups[group].schedules.get(name) if group in groups else None
    if schedule is None:
        raise NotFired(f"no schedule {name!r} in the group {group!r} in {region}", _run("scheduler list-schedules"))
    if schedule.state == "DISABLED":
        raise NotFired(f"the schedule {name!r} is disabled", _run("scheduler update-schedule --state ENABLED …"))
    event = scheduled_event("aws.scheduler", account, region, schedule.arn)
    said = schedule.target.get("Input") or json.dumps(event | {"detail": "{}"})
    words = {"schedule-arn": schedule.arn, "scheduled-time": event["time"], "execution-id": event["id"]}
    for word, value in (words | {"attempt-number": "1"}).items():
        said = said.replace(f"<aws.scheduler.{word}>", value)
    target = {name: value for name, value in schedule.target.items() if name != "RetryPolicy"}
    return [deliver(target | {"Id": name, "Input": said}, schedule, account, region, event)]


def _run(command: str) -> str:
    return f"run: aws --endpoint-url {config.external_service_url()} {command}"


def scheduled_event(source: str, account: str, region: str, arn: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [arn],
    }


def deliver(target: Any, of: Any, account: str, region: str, event: Any) -> dict[str, Any]:
    """By LocalStack's own way to each kind of target."""
    try:
        sender: Any = TargetSenderFactory(target, of.arn, of.name, region, account).get_target_sender()
        sender.process_event(dict(event), trace_header=TraceHeader().ensure_root_exists())
    except Exception as error:  # whatever a target's service answers
        return {"arn": target["Arn"], "error": str(error) or type(error).__name__}
    return {"arn": target["Arn"], "error": None}
