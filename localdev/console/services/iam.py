"""Roles."""

from __future__ import annotations

from localdev.console.parts import Document, Facts, Part, Thing, tags_of, when
from localdev.console.place import Place

SERVICE = "iam"
TITLE = "Roles"


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_roles").paginate()
    return [Thing(each["RoleName"], each.get("Description", "")) for page in pages for each in page["Roles"]]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).list_role_tags(RoleName=name)["Tags"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    role = client.get_role(RoleName=name)["Role"]
    inline = client.list_role_policies(RoleName=name)["PolicyNames"]
    attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    documents = {each: client.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in inline}
    for each in attached:
        version = client.get_policy(PolicyArn=each["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = client.get_policy_version(PolicyArn=each["PolicyArn"], VersionId=version)
        documents[each["PolicyArn"]] = found["PolicyVersion"]["Document"]
    return [
        Facts([("ARN", role["Arn"]), ("Made", when(role["CreateDate"]))]),
        Document("Who may take it", role["AssumeRolePolicyDocument"]),
        *(Document(f"May: {caption}", document) for caption, document in documents.items()),
    ]
