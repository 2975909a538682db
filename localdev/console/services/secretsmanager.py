"""Secrets, never their values."""

from __future__ import annotations

from localdev.console.parts import Facts, Part, Thing, tags_of, when, yes
from localdev.console.place import Place

SERVICE = "secretsmanager"
TITLE = "Secrets"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_secrets").paginate()
    return [Thing(each["Name"], each.get("Description", "")) for page in pages for each in page["SecretList"]]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).describe_secret(SecretId=name).get("Tags"))


def details(place: Place, name: str) -> list[Part]:
    secret = place.client(SERVICE).describe_secret(SecretId=name)
    return [
        Facts(
            [
                ("ARN", secret["ARN"]),
                ("Value", "not shown"),
                ("Made", when(secret.get("CreatedDate"))),
                ("Changed", when(secret.get("LastChangedDate"))),
                ("Rotated", yes(secret.get("RotationEnabled"))),
            ]
        )
    ]
