"""Log groups, with the last lines."""

from __future__ import annotations

from localdev.console.parts import Facts, Lines, Part, Thing, number, size, tags_of, when
from localdev.console.place import Place

SERVICE = "logs"
TITLE = "Logs"
STREAMS = 5
SHOWN = 300


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("describe_log_groups").paginate()
    return [
        Thing(each["logGroupName"], _retention(each.get("retentionInDays")))
        for page in pages
        for each in page["logGroups"]
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).list_tags_log_group(logGroupName=name)["tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    streams = client.describe_log_streams(logGroupName=name, orderBy="LastEventTime", descending=True)["logStreams"]
    (group,) = [
        each
        for each in client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if each["logGroupName"] == name
    ]
    events = [
        event
        for stream in streams[:STREAMS]
        for event in client.get_log_events(logGroupName=name, logStreamName=stream["logStreamName"], limit=SHOWN)[
            "events"
        ]
    ]
    events.sort(key=lambda event: event["timestamp"])
    return [
        Facts(
            [
                ("Kept", _retention(group.get("retentionInDays"))),
                ("Streams", number(len(streams), "stream")),
                ("Size", size(group.get("storedBytes", 0))),
                ("Made", when(group["creationTime"] / 1000)),
            ]
        ),
        Lines(
            f"The last lines of the last {STREAMS} streams" if len(streams) > STREAMS else "The last lines",
            [f"{when(event['timestamp'] / 1000)[11:19]}  {event['message'].rstrip()}" for event in events[-SHOWN:]],
        ),
    ]


def _retention(days: int | None) -> str:
    return number(days, "day") if days else "for ever"
