"""Parameters. The values of those of type SecureString are not asked for."""

from __future__ import annotations

from localdev.console.parts import Facts, Part, Thing, tags_of, when
from localdev.console.place import NoSuchThing, Place

SERVICE = "ssm"
TITLE = "Parameters"
SECURE = "SecureString"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("describe_parameters").paginate()
    return [Thing(each["Name"], each["Type"]) for page in pages for each in page["Parameters"]]


def tags(place: Place, name: str) -> dict[str, str]:
    found = place.client(SERVICE).list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
    return tags_of(found["TagList"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    known = next(iter(client.describe_parameters(ParameterFilters=filters)["Parameters"]), None)
    if known is None:
        raise NoSuchThing(name)
    secure = known["Type"] == SECURE
    value = "not shown" if secure else client.get_parameter(Name=name)["Parameter"]["Value"]
    return [
        Facts(
            [
                ("Type", known["Type"]),
                ("Value", value),
                ("Version", str(known.get("Version", ""))),
                ("Changed", when(known.get("LastModifiedDate"))),
            ]
        )
    ]
