"""Distributions."""

from __future__ import annotations

from localdev.console import urls
from localdev.console.parts import Facts, Part, Table, Thing, tags_of, when, yes
from localdev.console.place import Place

SERVICE = "cloudfront"
TITLE = "Distributions"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_distributions").paginate()
    found = [each for page in pages for each in page["DistributionList"].get("Items", [])]
    links = urls.of("distribution", place)
    return [
        Thing(id, each["Status"], f"{id} {each.get('Comment', '')}".strip(), links[id])
        for each in found
        if (id := each["Id"])
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    arn = f"arn:aws:cloudfront::{place.account}:distribution/{name}"
    return tags_of(place.client(SERVICE).list_tags_for_resource(Resource=arn)["Tags"].get("Items"))


def details(place: Place, name: str) -> list[Part]:
    found = place.client(SERVICE).get_distribution(Id=name)["Distribution"]
    settings = found["DistributionConfig"]
    behaviours = [("*", settings["DefaultCacheBehavior"])]
    behaviours += [(each["PathPattern"], each) for each in settings.get("CacheBehaviors", {}).get("Items", [])]
    errors = settings.get("CustomErrorResponses", {}).get("Items", [])
    return [
        Facts(
            [
                ("State", found["Status"]),
                ("Enabled", yes(settings["Enabled"])),
                ("Address", found["DomainName"]),
                ("Also", ", ".join(settings.get("Aliases", {}).get("Items", []))),
                ("Page of the root", settings.get("DefaultRootObject", "")),
                ("Changed", when(found["LastModifiedTime"])),
            ]
        ),
        Table(
            "Origins",
            ["Id", "Domain", "Path"],
            [[each["Id"], each["DomainName"], each.get("OriginPath", "")] for each in settings["Origins"]["Items"]],
        ),
        Table(
            "Behaviours",
            ["Path", "Origin", "Protocol"],
            [[path, each["TargetOriginId"], each["ViewerProtocolPolicy"]] for path, each in behaviours],
        ),
        Table(
            "Error pages",
            ["Error", "Page", "Status"],
            [
                [str(each["ErrorCode"]), each.get("ResponsePagePath", ""), str(each.get("ResponseCode", ""))]
                for each in errors
            ],
        ),
    ]
