"""Keys: what they are for, nothing of what they are made of."""

from __future__ import annotations

import json

from localdev.console.parts import Document, Facts, Part, Thing, tags_of, when
from localdev.console.place import Place

SERVICE = "kms"
TITLE = "Keys"


def things(place: Place) -> list[Thing]:
    client = place.client(SERVICE)
    aliases = _aliases(place)
    keys = [each["KeyId"] for page in client.get_paginator("list_keys").paginate() for each in page["Keys"]]
    return [
        Thing(key, client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], ", ".join(aliases.get(key, [key])))
        for key in keys
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).list_resource_tags(KeyId=name)["Tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    key = client.describe_key(KeyId=name)["KeyMetadata"]
    return [
        Facts(
            [
                ("ARN", key["Arn"]),
                ("Aliases", ", ".join(_aliases(place).get(name, []))),
                ("Description", key.get("Description", "")),
                ("State", key["KeyState"]),
                ("For", f"{key['KeyUsage']}, {key['KeySpec']}"),
                ("Made", when(key["CreationDate"])),
                ("To be deleted", when(key.get("DeletionDate"))),
            ]
        ),
        Document("Policy", json.loads(client.get_key_policy(KeyId=name, PolicyName="default")["Policy"])),
    ]


def _aliases(place: Place) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for page in place.client(SERVICE).get_paginator("list_aliases").paginate():
        for each in page["Aliases"]:
            found.setdefault(each.get("TargetKeyId", ""), []).append(each["AliasName"])
    return found
