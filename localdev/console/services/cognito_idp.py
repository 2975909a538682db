"""User pools."""

from __future__ import annotations

from localdev.console.parts import Facts, Part, Table, Thing, tags_of, when, yes
from localdev.console.place import Place

SERVICE = "cognito-idp"
TITLE = "User pools"
SHOWN = 60  # as many as one call gives


def things(place: Place) -> list[Thing]:
    pages = place.client(SERVICE).get_paginator("list_user_pools").paginate(MaxResults=SHOWN)
    return [Thing(each["Id"], each["Id"], each["Name"]) for page in pages for each in page["UserPools"]]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(place.client(SERVICE).describe_user_pool(UserPoolId=name)["UserPool"].get("UserPoolTags"))


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    pool = client.describe_user_pool(UserPoolId=name)["UserPool"]
    clients = [
        client.describe_user_pool_client(UserPoolId=name, ClientId=each["ClientId"])["UserPoolClient"]
        for each in client.list_user_pool_clients(UserPoolId=name, MaxResults=SHOWN)["UserPoolClients"]
    ]
    users = client.list_users(UserPoolId=name, Limit=SHOWN)
    groups = client.list_groups(UserPoolId=name, Limit=SHOWN)["Groups"]
    return [
        Facts([("ARN", pool["Arn"]), ("Domain", pool.get("Domain", "")), ("Made", when(pool["CreationDate"]))]),
        Table(
            "Clients",
            ["Name", "Id", "Has a secret", "Flows"],
            [
                [
                    each["ClientName"],
                    each["ClientId"],
                    yes(each.get("ClientSecret")),
                    ", ".join(each.get("ExplicitAuthFlows", [])),
                ]
                for each in clients
            ],
            empty="No clients.",
        ),
        Table("Groups", ["Name", "Description"], [[each["GroupName"], each.get("Description", "")] for each in groups]),
        Table(
            "Users",
            ["Name", "State", "Enabled", "Since"],
            [
                [each["Username"], each["UserStatus"], yes(each["Enabled"]), when(each["UserCreateDate"])]
                for each in users["Users"]
            ],
            note=f"The first {SHOWN}." if "PaginationToken" in users else "",
            empty="No users.",
        ),
    ]
