from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.aws import Aws
from deployer.errors import ConfigError
from tests.resources.worlds import World, changes

CONFIG = """
buckets:
  images:
    public_read: true
    tls_only: true
    versioning: true
    expire_after_days: 365
    cors: {origins: ["https://one.example"], methods: [GET, PUT]}
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
    "Encryption": _s3(
        "put_bucket_encryption",
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]
        },
    ),
    "Versioning": _s3("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}),
    "Cors": _s3("delete_bucket_cors"),
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
    statement, _ = policy["Statement"]
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


def test_what_a_new_bucket_has_anyway_is_not_written(world: World) -> None:
    aws, _ = world.up("buckets: {notes: {}}")
    assert aws.calls.writing == 1


def test_encryption_that_another_client_took_away_comes_back(world: World) -> None:
    aws, outcomes = world.up(EDITED)
    aws.client("s3").delete_bucket_encryption(Bucket=outcomes[0].change.name)
    world.up(EDITED)
    assert changes(world.plan(EDITED)[1]) == {}
    answer = aws.client("s3").get_bucket_encryption(Bucket=outcomes[0].change.name)
    assert answer["ServerSideEncryptionConfiguration"]["Rules"]


def test_tls_only_refuses_plain_http_for_the_bucket_and_all_in_it(world: World) -> None:
    aws, outcomes = world.up("buckets: {notes: {tls_only: true}}")
    name = outcomes[0].change.name
    (statement,) = json.loads(aws.client("s3").get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")
    assert statement["Resource"] == [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_cors_lets_the_named_origins_use_the_named_methods(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    (rule,) = aws.client("s3").get_bucket_cors(Bucket=outcomes[0].change.name)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://one.example"]
    assert rule["AllowedMethods"] == ["GET", "PUT"]


def test_older_versions_expire_too(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    answer = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=outcomes[0].change.name)
    (rule,) = answer["Rules"]
    assert (rule["Expiration"], rule["NoncurrentVersionExpiration"]) == ({"Days": 365}, {"NoncurrentDays": 365})


def test_cors_origins_are_origins(world: World) -> None:
    with pytest.raises(ConfigError, match=r"'https://one\.example/' is no origin"):
        world.plan(CONFIG.replace("https://one.example", "https://one.example/"))


def test_versioning_once_on_is_suspended_by_an_edit(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    world.up(EDITED)
    name = outcomes[0].change.name
    assert aws.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    assert changes(world.plan(EDITED)[1]) == {}


def test_a_bucket_encrypts_with_a_key_of_its_app(world: World) -> None:
    sections = """
    keys: {secrets: {}}
    buckets: {notes: {encryption: secrets}}
    """
    aws, outcomes = world.up(sections)
    bucket = next(each.change.name for each in outcomes if each.change.kind.kind == "bucket")
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="note", Body=b"x")
    head = s3.head_object(Bucket=bucket, Key="note")
    (key,) = (arn for arn in world.plan(sections)[1].outputs()["demo"].values() if ":key/" in arn)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["BucketKeyEnabled"], "each object would cost a request to KMS"
    assert changes(world.plan(sections)[1]) == {}


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ("buckets: {notes: {encryption: secrets, public_read: true}}\nkeys: {secrets: {}}", "is for everyone to read"),
        ("buckets: {notes: {encryption: secret}}\nkeys: {secrets: {}}", "'secret', which is no key of this app"),
        (
            "keys: {secrets: {}}\nbuckets: {notes: {encryption: secrets}}\n"
            "functions: {f: {source: code, grants: {notes/in/*: write}}}",
            "'f' may write 'notes', but not encrypt with its key 'secrets'",
        ),
        (
            "keys: {secrets: {}}\nbuckets: {notes: {encryption: secrets}}\n"
            "functions: {f: {source: code, grants: {notes: [read, write], secrets: encrypt}}}",
            "'f' may read 'notes', but not decrypt with its key 'secrets'",
        ),
    ],
)
def test_a_key_that_is_missing_or_not_granted_is_refused_before_any_call(
    world: World, sections: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        world.plan(sections)


def test_down_empties_it_of_versions_and_delete_markers(world: World) -> None:
    aws, outcomes = world.up(EDITED)
    name, s3 = outcomes[0].change.name, aws.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        s3.put_object(Bucket=name, Key="same", Body=str(number).encode())
    s3.delete_object(Bucket=name, Key="same")
    world.down(EDITED)
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
