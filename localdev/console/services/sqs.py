"""Queues. Their messages are not: receiving one is a change."""

from __future__ import annotations

import json
from typing import Any

from localdev.console.parts import Document, Facts, Part, Thing, number, tags_of, when
from localdev.console.place import Place

SERVICE = "sqs"
TITLE = "Queues"


def things(place: Place) -> list[Thing]:
    client = place.client(SERVICE)
    urls = [url for page in client.get_paginator("list_queues").paginate() for url in page.get("QueueUrls", [])]
    return [
        Thing(url.rpartition("/")[2], number(int(_attributes(client, url)["ApproximateNumberOfMessages"]), "message"))
        for url in urls
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    client = place.client(SERVICE)
    return tags_of(client.list_queue_tags(QueueUrl=_url(client, name)).get("Tags"))


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    url = _url(client, name)
    known = _attributes(client, url)
    documents = {"Policy": known.get("Policy"), "Dead letters": known.get("RedrivePolicy")}
    return [
        Facts(
            [
                ("URL", url),
                ("ARN", known["QueueArn"]),
                ("To be received", known["ApproximateNumberOfMessages"]),
                ("In flight", known["ApproximateNumberOfMessagesNotVisible"]),
                ("Delayed", known["ApproximateNumberOfMessagesDelayed"]),
                ("Visibility timeout", f"{known['VisibilityTimeout']} s"),
                ("Kept for", f"{known['MessageRetentionPeriod']} s"),
                ("Made", when(int(known["CreatedTimestamp"]))),
            ]
        ),
        *(Document(caption, json.loads(value)) for caption, value in documents.items() if value),
    ]


def _url(client: Any, name: str) -> str:
    return str(client.get_queue_url(QueueName=name)["QueueUrl"])


def _attributes(client: Any, url: str) -> dict[str, str]:
    attributes: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes
