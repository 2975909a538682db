"""Trails."""

from __future__ import annotations

from localdev.console.parts import Facts, Link, Part, Thing, tags_of, yes
from localdev.console.place import Place

SERVICE = "cloudtrail"
TITLE = "Trails"


def things(place: Place) -> list[Thing]:
    return [Thing(each["Name"], each["S3BucketName"]) for each in place.client(SERVICE).describe_trails()["trailList"]]


def tags(place: Place, name: str) -> dict[str, str]:
    client = place.client(SERVICE)
    arn = client.get_trail(Name=name)["Trail"]["TrailARN"]
    return tags_of(client.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"])


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    trail = client.get_trail(Name=name)["Trail"]
    return [
        Facts(
            [
                ("Records now", yes(client.get_trail_status(Name=name)["IsLogging"])),
                ("Bucket", Link(trail["S3BucketName"], place.address("s3", name=trail["S3BucketName"]))),
                ("Folder", trail.get("S3KeyPrefix", "")),
                ("All regions", yes(trail.get("IsMultiRegionTrail"))),
            ]
        )
    ]
