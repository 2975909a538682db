from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.aws import Aws
from tests.resources.worlds import World

CONFIG = """
buckets:
  images: {public_read: true, expire_after_days: 365}
"""
EDITED = """
buckets:
  images: {public_read: false}
"""


def _s3(operation: str, **arguments: Any) -> Any:
    return lambda aws, name: getattr(aws.client("s3"), operation)(Bucket=name, **arguments)


DRIFT = {
    "PublicAccessBlock": _s3("delete_public_access_block"),
    "Policy": _s3("delete_bucket_policy"),
    "Lifecycle": _s3(
        "put_bucket_lifecycle_configuration",
        LifecycleConfiguration={
            "Rules": [{"ID": "expire", "Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365}}]
        },
    ),
}


def FOREIGN(aws: Aws, name: str) -> None:
    aws.client("s3").create_bucket(Bucket=name)


def test_public_read_lets_everyone_get_objects_and_nothing_else(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name = outcomes[0].change.name
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket=name)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] in ("*", {"AWS": "*"})
    assert statement["Action"] == "s3:GetObject"
    assert statement["Resource"] == f"arn:aws:s3:::{name}/*"
    assert aws.client("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }


def test_what_is_not_public_is_closed_to_the_public(world: World) -> None:
    aws, outcomes = world.up(EDITED)
    name, s3 = outcomes[0].change.name, aws.client("s3")
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=name)


def test_down_empties_it_of_versions_and_delete_markers(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, s3 = outcomes[0].change.name, aws.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        s3.put_object(Bucket=name, Key="same", Body=str(number).encode())
    s3.delete_object(Bucket=name, Key="same")
    world.down(CONFIG)
    assert name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_tags_of_others_are_left_alone(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, s3 = outcomes[0].change.name, aws.client("s3")
    ours = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    kept = {"Key": "team", "Value": "blue"}
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [ours[0], kept]})
    lost = {tag["Key"] for tag in ours} - {ours[0]["Key"]}
    if lost == {"skiff:id"}:  # the mark itself gone would make it somebody else's
        world.up(CONFIG)
    assert kept in s3.get_bucket_tagging(Bucket=name)["TagSet"]
