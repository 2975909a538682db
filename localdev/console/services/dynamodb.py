"""Tables."""

from __future__ import annotations

import json
from typing import Any

from localdev.console.parts import Facts, Part, Table, Thing, number, size, tags_of, when
from localdev.console.place import Place

SERVICE = "dynamodb"
TITLE = "Tables"
SHOWN = 25


def things(place: Place) -> list[Thing]:
    client = place.client(SERVICE)
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    return [Thing(name, number(client.describe_table(TableName=name)["Table"]["ItemCount"], "item")) for name in names]


def tags(place: Place, name: str) -> dict[str, str]:
    arn = f"arn:aws:dynamodb:{place.region}:{place.account}:table/{name}"
    return tags_of(place.client(SERVICE).list_tags_of_resource(ResourceArn=arn)["Tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    table = client.describe_table(TableName=name)["Table"]
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    found = client.scan(TableName=name, Limit=SHOWN)
    items = [{key: _plain(value) for key, value in item.items()} for item in found["Items"]]
    columns = [*keys, *sorted({key for item in items for key in item} - set(keys))]
    indexes = [*table.get("GlobalSecondaryIndexes", []), *table.get("LocalSecondaryIndexes", [])]
    return [
        Facts(
            [
                ("State", table["TableStatus"]),
                ("Key", _key(table["KeySchema"])),
                ("Items", f"{table['ItemCount']:,}"),
                ("Size", size(table.get("TableSizeBytes", 0))),
                ("Expiry", ttl.get("AttributeName", "") if ttl["TimeToLiveStatus"] == "ENABLED" else ""),
                ("Stream", table.get("LatestStreamArn", "")),
                ("Made", when(table["CreationDateTime"])),
            ]
        ),
        Table("Indexes", ["Name", "Key"], [[index["IndexName"], _key(index["KeySchema"])] for index in indexes]),
        Table(
            "Items",
            columns,
            [[item.get(column, "") for column in columns] for item in items],
            note=f"The first {SHOWN}." if "LastEvaluatedKey" in found else "",
            empty="No items.",
        ),
    ]


def _key(schema: Any) -> str:
    return ", ".join(f"{key['AttributeName']} ({key['KeyType'].lower()})" for key in schema)


def _plain(value: Any) -> str:
    """An attribute as people write it; a set or a document as JSON."""
    ((kind, content),) = value.items()
    if kind in ("S", "N"):
        return str(content)
    if kind == "NULL":
        return "null"
    if kind == "B":
        return size(len(content))
    return json.dumps(_json(kind, content), ensure_ascii=False)


def _json(kind: str, content: Any) -> Any:
    if kind == "M":
        return {key: _json(*next(iter(value.items()))) for key, value in content.items()}
    if kind == "L":
        return [_json(*next(iter(value.items()))) for value in content]
    if kind in ("B", "BS"):
        return "…"
    return None if kind == "NULL" else content
