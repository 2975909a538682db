"""Topics."""

from __future__ import annotations

from localdev.console.parts import Facts, Part, Table, Thing, tags_of
from localdev.console.place import Place

SERVICE = "sns"
TITLE = "Topics"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_topics").paginate()
    return [Thing(each["TopicArn"].rpartition(":")[2]) for page in pages for each in page["Topics"]]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).list_tags_for_resource(ResourceArn=_arn(place, name))["Tags"])


def details(place: Place, name: str) -> list[Part]:
    subscriptions = place.client(SERVICE).list_subscriptions_by_topic(TopicArn=_arn(place, name))["Subscriptions"]
    return [
        Facts([("ARN", _arn(place, name))]),
        Table(
            "Subscriptions",
            ["Protocol", "Goes to"],
            [[each["Protocol"], each["Endpoint"]] for each in subscriptions],
            empty="Nobody has subscribed.",
        ),
    ]


def _arn(place: Place, name: str) -> str:
    return f"arn:aws:sns:{place.region}:{place.account}:{name}"
