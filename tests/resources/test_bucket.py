from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.errors import ConfigError
from tests.resources import buckets
from tests.resources.worlds import World, changes

IMAGES = """
buckets:
  images:
    public_read: true
    tls_only: true
    versioning: true
    expire_after_days: 365
    cors: {origins: ["https://one.example"], methods: [GET, PUT]}
"""
CONFIG = f"""
keys:
  secrets: {{}}
{IMAGES.strip()}
  notes: {{encryption: secrets}}
"""
EDITED = """
buckets:
  images: {public_read: false, keep: true}
"""
_CONDITION = r"Policy\.Statement\[\d\]\.Condition"
_RULE = {"ID": "by-hand", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}}
_CORS = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}


def _encryption(encryption: dict[str, Any]) -> dict[str, Any]:
    key = {name: value for name, value in encryption.items() if name != "BucketKeyEnabled"}
    bucket_key = {"BucketKeyEnabled": True} if "BucketKeyEnabled" in encryption else {}
    rule = {"ApplyServerSideEncryptionByDefault": key, **bucket_key}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


WRITE = {
    **buckets.WRITE,
    "Encryption": buckets.part("bucket_encryption", _encryption),
    "Versioning": buckets.part(
        "bucket_versioning",
        lambda on: {"VersioningConfiguration": {"Status": "Enabled" if on else "Suspended"}},
    ),
    "Lifecycle": buckets.part(
        "bucket_lifecycle_configuration", lambda rules: {"LifecycleConfiguration": {"Rules": rules}}
    ),
    "Cors": buckets.part("bucket_cors", lambda rules: {"CORSConfiguration": {"CORSRules": rules}}),
}
LOOK = buckets.look
OTHER = {
    **buckets.OTHER,
    r"Policy changed": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
    },
    rf"{_CONDITION} added": {"StringEquals": {"aws:SourceAccount": "000000000000"}},
    rf"{_CONDITION}\.Bool added": {"aws:ViaAWSService": "true"},
    rf"{_CONDITION}\.Bool\.aws:SecureTransport changed": "true",
    r"Encryption added": {"BucketKeyEnabled": True},
    r"Encryption\.SSEAlgorithm changed": lambda now: {"AES256": "aws:kms", "aws:kms": "AES256"}[now],
    r"Encryption\.KMSMasterKeyID changed": lambda key: f"{key[:-12]}000000000000",
    r"Lifecycle changed": [_RULE],
    r"Lifecycle added": _RULE,
    r"Lifecycle\[0\] added": {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    r"Lifecycle\[0\]\.Status changed": "Disabled",
    r"Lifecycle\[0\]\.NoncurrentVersionExpiration added": {"NewerNoncurrentVersions": 3},
    r"Cors changed": [_CORS],
    r"Cors added": _CORS,
    r"Cors\[0\] added": {"ID": "by-hand"},
    r"Cors\[0\]\.AllowedMethods\[\d\] changed": lambda method: {"GET": "HEAD", "PUT": "POST"}[method],
    r"Cors\[0\]\.AllowedMethods added": "DELETE",
}
NOT_IN_MOTO = {r"Lifecycle\[0\]\.NoncurrentVersionExpiration added": "moto forgets it"}
IMPOSSIBLE = {
    **buckets.IMPOSSIBLE,
    rf"{_CONDITION}\.Bool(\.aws:SecureTransport)? removed": "a condition with nothing in it is none",
    r"Versioning removed": "it can only be suspended",
    r"Encryption\.SSEAlgorithm removed": "encryption has an algorithm",
    r"Encryption\.BucketKeyEnabled changed": "off reads as if it were not there",
    r"Lifecycle\[0\] removed|Cors\[0\] removed": "a list of no rules is refused",
    r"Lifecycle\[0\]\.(ID|Status|Filter|Filter\.Prefix) removed": "a rule has it",
    r"Lifecycle\[0\]\.(Filter|Expiration) added": "it holds one thing",
    r"Lifecycle\[0\]\.(Expiration\.Days|NoncurrentVersionExpiration\.NoncurrentDays) removed": "it holds one thing",
    r"Cors\[0\]\.Allowed(Origins|Methods)(\[0\])? removed": "a rule has it",
    r"Cors\[0\]\.(AllowedHeaders|ExposeHeaders)\[0\] removed": "the same as the whole list removed",
}


FOREIGN = buckets.foreign


def test_public_read_lets_everyone_get_objects_and_nothing_else(world: World) -> None:
    aws, outcomes = world.up(IMAGES)
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
    aws, outcomes = world.up(IMAGES)
    (rule,) = aws.client("s3").get_bucket_cors(Bucket=outcomes[0].change.name)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://one.example"]
    assert rule["AllowedMethods"] == ["GET", "PUT"]


def test_older_versions_expire_too(world: World) -> None:
    aws, outcomes = world.up(IMAGES)
    answer = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=outcomes[0].change.name)
    (rule,) = answer["Rules"]
    assert (rule["Expiration"], rule["NoncurrentVersionExpiration"]) == ({"Days": 365}, {"NoncurrentDays": 365})


def test_cors_origins_are_origins(world: World) -> None:
    with pytest.raises(ConfigError, match=r"'https://one\.example/' is no origin"):
        world.plan(IMAGES.replace("https://one.example", "https://one.example/"))


def test_versioning_once_on_is_suspended_by_an_edit(world: World) -> None:
    aws, outcomes = world.up(IMAGES)
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
    aws, outcomes = world.up("buckets: {images: {}}")
    name, s3 = outcomes[0].change.name, aws.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for number in range(3):
        s3.put_object(Bucket=name, Key="same", Body=str(number).encode())
    s3.delete_object(Bucket=name, Key="same")
    world.down("buckets: {images: {}}")
    assert name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
