"""Functions."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from localdev.console import urls
from localdev.console.parts import Document, Facts, Hidden, Link, Part, Table, Thing, number, size, tags_of
from localdev.console.place import Place

SERVICE = "lambda"
TITLE = "Functions"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_functions").paginate()
    links = urls.of("function", place)
    return [
        Thing(name, f"{each.get('Runtime', 'image')}, {each['MemorySize']} MB", links=links[name])
        for page in pages
        for each in page["Functions"]
        if (name := each["FunctionName"])
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{name}"
    return tags_of(place.client(SERVICE).list_tags(Resource=arn)["Tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    found = client.get_function(FunctionName=name)
    settings = found["Configuration"]
    role = settings["Role"].rpartition("/")[2]
    group = settings.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
    sources = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    versions = client.list_versions_by_function(FunctionName=name)["Versions"][1:]
    return [
        Facts(
            [
                ("State", ": ".join(filter(None, [settings.get("State"), settings.get("StateReason")]))),
                ("Handler", settings.get("Handler", "")),
                ("Description", settings.get("Description", "")),
                ("Timeout", f"{settings['Timeout']} s"),
                ("Memory", f"{settings['MemorySize']} MB"),
                ("Package", size(settings["CodeSize"])),
                ("Changed", settings["LastModified"][:19].replace("T", " ") + " UTC"),
                ("Role", Link(role, place.address("iam", name=role))),
                ("Log", Link(group, place.address("logs", name=group))),
                ("URL", _url(client, name)),
                ("Dead letters", settings.get("DeadLetterConfig", {}).get("TargetArn", "")),
                ("Reserved concurrency", _reserved(found)),
                ("Versions", number(len(versions), "version") if versions else ""),
            ]
        ),
        Hidden("Environment variables", sorted(settings.get("Environment", {}).get("Variables", {}))),
        Table(
            "Event sources",
            ["Source", "State", "Batch"],
            [[each.get("EventSourceArn", ""), each["State"], str(each.get("BatchSize", ""))] for each in sources],
        ),
        *_policy(client, name),
    ]


def reveal(place: Place, name: str) -> dict[str, str]:
    settings = place.client(SERVICE).get_function_configuration(FunctionName=name)
    variables: dict[str, str] = settings.get("Environment", {}).get("Variables", {})
    return variables


def _reserved(found: Any) -> str:
    reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    return "" if reserved is None else str(reserved)


def _url(client: Any, name: str) -> Link | str:
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        url = client.get_function_url_config(FunctionName=name)["FunctionUrl"]
        return Link(url, url)
    return ""


def _policy(client: Any, name: str) -> list[Part]:
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        return [Document("Who may call it", json.loads(client.get_policy(FunctionName=name)["Policy"]))]
    return []
