"""REST APIs."""

from __future__ import annotations

from typing import Any

from localstack import config

from localdev.console.parts import Facts, Link, Part, Table, Thing, tags_of, when
from localdev.console.place import Place

SERVICE = "apigateway"
TITLE = "APIs"


def things(place: Place) -> list[Thing]:
    client = place.client(SERVICE)
    return [
        Thing(
            each["id"],
            each["id"],
            each["name"],
            [Link(f"api {stage['stageName']}", url) for stage, url in _stages(client, each["id"])],
        )
        for page in client.get_paginator("get_rest_apis").paginate()
        for each in page["items"]
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).get_rest_api(restApiId=name).get("tags"))


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    api = client.get_rest_api(restApiId=name)
    authorizers = {each["id"]: each for each in client.get_authorizers(restApiId=name).get("items", [])}
    return [
        Facts([("Description", api.get("description", "")), ("Made", when(api["createdDate"]))]),
        Table(
            "Stages",
            ["Stage", "URL", "Changed"],
            [
                [stage["stageName"], Link(url, url), when(stage.get("lastUpdatedDate"))]
                for stage, url in _stages(client, name)
            ],
            empty="Nothing is deployed: an API answers at its stages only.",
        ),
        Table(
            "Routes",
            ["Method", "Path", "Goes to", "Who may"],
            _routes(place, client, name, authorizers),
            empty="No routes.",
        ),
        Table(
            "Authorizers",
            ["Name", "Type", "Looks at"],
            [[each["name"], each["type"], each.get("identitySource", "")] for each in authorizers.values()],
        ),
    ]


def _stages(client: Any, api: str) -> list[tuple[Any, str]]:
    root = f"{config.external_service_url()}/_aws/execute-api/{api}"
    return [(stage, f"{root}/{stage['stageName']}") for stage in client.get_stages(restApiId=api)["item"]]


def _routes(place: Place, client: Any, api: str, authorizers: dict[str, Any]) -> list[list[Any]]:
    pages = client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
    resources = sorted((each for page in pages for each in page["items"]), key=lambda each: str(each["path"]))
    return [
        [verb, resource["path"], _target(place, method.get("methodIntegration", {})), _guard(method, authorizers)]
        for resource in resources
        for verb, method in sorted(resource.get("resourceMethods", {}).items())
    ]


def _target(place: Place, integration: Any) -> Link | str:
    uri = integration.get("uri", "")
    if ":function:" in uri:
        name = uri.split(":function:")[1].split("/")[0].split(":")[0]
        return Link(name, place.address("lambda", name=name))
    return " ".join(filter(None, [integration.get("type", "nothing"), uri]))


def _guard(method: Any, authorizers: dict[str, Any]) -> str:
    kind = method.get("authorizationType", "NONE")
    authorizer = authorizers.get(method.get("authorizerId", ""), {}).get("name", "")
    guards = [
        "" if kind == "NONE" else f"{kind} {authorizer}".strip(),
        "API key" if method.get("apiKeyRequired") else "",
    ]
    return ", ".join(filter(None, guards)) or "everybody"
