"""Buckets refuse requests that nobody signed, unless they are public."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.feature("S3", "anonymous requests: bucket policies, ACLs, public access blocks"),
]


@pytest.fixture(scope="module")
def bucket(client: Callable[..., Any]) -> str:
    client("s3").create_bucket(Bucket="guarded", ObjectOwnership="ObjectWriter")
    client("s3").put_object(Bucket="guarded", Key="a file.txt", Body=b"secret")
    return "guarded"


@pytest.fixture(scope="module")
def private(client: Callable[..., Any]) -> str:
    client("s3").create_bucket(Bucket="guarded-well")
    client("s3").put_object(Bucket="guarded-well", Key="secret", Body=b"secret")
    return "guarded-well"


@pytest.fixture(autouse=True)
def closed_again(client: Callable[..., Any], bucket: str) -> Any:
    yield
    s3 = client("s3")
    s3.delete_bucket_policy(Bucket=bucket)
    everything = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(everything, True))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/guarded/a%20file.txt", None),
        ("HEAD", "/guarded/a%20file.txt", None),
        ("GET", "/guarded/none", None),
        ("GET", "/guarded", None),
        ("HEAD", "/guarded", None),
        ("PUT", "/guarded/new", b"mine"),
        ("DELETE", "/guarded/a%20file.txt", None),
        ("POST", "/guarded?delete", b"<Delete><Object><Key>a file.txt</Key></Object></Delete>"),
        ("PUT", "/guarded?policy", b"{}"),
        ("PUT", "/new-one-of-nobody", None),
    ],
)
def test_a_private_bucket_refuses(
    ask: Callable[..., Any], client: Callable[..., Any], bucket: str, method: str, path: str, body: bytes | None
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html"""
    answer = ask(path, method, body)
    assert answer.status == 403
    assert method == "HEAD" or b"<Code>AccessDenied</Code><Message>Access Denied</Message>" in answer.body
    assert client("s3").get_object(Bucket=bucket, Key="a file.txt")["Body"].read() == b"secret"


def test_that_a_bucket_does_not_exist_is_no_secret(ask: Callable[..., Any]) -> None:
    answer = ask("/guarded-by-nobody/a.txt")
    assert (answer.status, b"<Code>NoSuchBucket</Code>" in answer.body) == (404, True)


def test_a_presigned_url_opens_it(
    ask: Callable[..., Any], send_form: Callable[..., Any], client: Callable[..., Any], bucket: str
) -> None:
    s3, key = client("s3"), {"Bucket": bucket, "Key": "a file.txt"}
    url = s3.generate_presigned_url("get_object", Params=key)
    assert ask(f"/{url.split('/', 3)[3]}").body == b"secret"
    assert send_form(bucket, {"key": "posted.txt", "file": "text"}).status == 403
    form = s3.generate_presigned_post(bucket, "posted.txt")["fields"] | {"file": "text"}
    assert send_form(bucket, form).status == 204


def test_a_form_of_nobodys_is_judged_by_its_key(
    send_form: Callable[..., Any], client: Callable[..., Any], publish: Callable[..., None], bucket: str
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html"""
    publish(bucket, "s3:PutObject", Resource="arn:aws:s3:::guarded/inbox/*")
    assert send_form(bucket, {"key": "inbox/note", "file": "text"}).status == 204
    assert client("s3").get_object(Bucket=bucket, Key="inbox/note")["Body"].read() == b"text"
    assert send_form(bucket, {"key": "elsewhere", "file": "text"}).status == 403
    assert send_form(bucket, {"key": "inbox/note", "acl": "public-read", "file": "text"}).status == 403


@pytest.mark.parametrize("more", ["", "?partNumber=1&uploadId={}"])
def test_what_is_copied_must_be_public_too(
    ask: Callable[..., Any],
    client: Callable[..., Any],
    publish: Callable[..., None],
    private: str,
    bucket: str,
    more: str,
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, "Permissions" """
    publish(bucket, "s3:PutObject", "s3:GetObject", Resource="arn:aws:s3:::guarded/*")
    to = "/guarded/copy" + more.format(client("s3").create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"])
    for source in (f"/{private}/secret", f"{private}/secret?versionId=null", f"{private}/none"):
        assert ask(to, "PUT", x_amz_copy_source=source).status == 403, source
    assert ask(to, "PUT", x_amz_copy_source="/guarded/a%20file.txt").status == 200


def test_a_version_is_not_the_object(
    ask: Callable[..., Any], client: Callable[..., Any], publish: Callable[..., None], bucket: str
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionedObjectPermissionsandACLs.html"""
    publish(bucket, "s3:GetObject")
    assert ask("/guarded/a%20file.txt?versionId=null").status == 403
    publish(bucket, "s3:GetObjectVersion")
    assert ask("/guarded/a%20file.txt?versionId=null").body == b"secret"
    assert ask("/guarded/a%20file.txt").status == 403


def test_what_is_tagged_so_may_be_public(
    ask: Callable[..., Any], client: Callable[..., Any], publish: Callable[..., None]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html"""
    s3, name = client("s3"), "guarded-by-tags"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    there = {"Bucket": name, "Key": "a.txt"}
    old = s3.put_object(**there, Body=b"old")["VersionId"]
    s3.put_object(**there, Body=b"new", Tagging="for=all")
    tagged = {"Condition": {"StringEquals": {"s3:ExistingObjectTag/For": "all"}}}
    publish(name, "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", **tagged)
    assert ask(f"/{name}/a.txt").body == b"new"
    assert ask(f"/{name}/a.txt?versionId={old}").status == 403
    assert ask(f"/{name}/a.txt", "PUT", b"mine").status == 403
    s3.delete_object_tagging(**there)
    assert ask(f"/{name}/a.txt").status == 403


def test_a_public_policy_opens_what_it_says_and_nothing_else(
    ask: Callable[..., Any], publish: Callable[..., None], bucket: str
) -> None:
    publish(bucket, "s3:GetObject")
    assert ask("/guarded/a%20file.txt").body == b"secret"
    assert ask("/guarded/a%20file.txt", "HEAD").status == 200
    assert ask("/guarded").status == 403
    assert ask("/guarded/new", "PUT", b"mine").status == 403
    missing = ask("/guarded/none")
    assert (missing.status, b"AccessDenied" in missing.body) == (403, True), (
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"
    )
    publish(bucket, "s3:GetObject", "s3:ListBucket", "s3:PutObject")
    missing = ask("/guarded/none")
    assert (missing.status, b"NoSuchKey" in missing.body) == (404, True)
    assert ask("/guarded").status == 200
    assert ask("/guarded/new", "PUT", b"mine").status == 200


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"Principal": {"AWS": "*"}}, 200),
        ({"Principal": {"AWS": "arn:aws:iam::000000000000:root"}}, 403),
        ({"Principal": {"Service": "cloudfront.amazonaws.com"}}, 403),
        ({"Effect": "Deny"}, 403),
        ({"Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::000000000000:distribution/E"}}}, 403),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, 200),
    ],
)
def test_a_policy_for_others_opens_nothing(
    ask: Callable[..., Any], publish: Callable[..., None], bucket: str, more: Any, status: int
) -> None:
    publish(bucket, **more)
    assert ask("/guarded/a%20file.txt").status == status


def test_a_denial_wins(
    ask: Callable[..., Any], publish: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    publish(bucket)
    policy = json.loads(client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"].append(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::guarded/a*"}
    )
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert ask("/guarded/a%20file.txt").status == 403


def test_a_public_policy_counts_for_nobody_while_public_buckets_are_restricted(
    ask: Callable[..., Any], publish: Callable[..., None], client: Callable[..., Any], bucket: str
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    publish(bucket)
    client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert ask("/guarded/a%20file.txt").status == 403


def test_access_control_lists_open_it_where_they_count(
    ask: Callable[..., Any], client: Callable[..., Any], publish: Callable[..., None], bucket: str
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    s3 = client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="shown", Body=b"open", ACL="public-read")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert ask("/guarded/shown").body == b"open"
    assert ask("/guarded").status == 200
    assert ask("/guarded/a%20file.txt").status == 403
    assert ask("/guarded/shown", "DELETE").status == 403
    publish(bucket, Effect="Deny")
    assert ask("/guarded/shown").status == 403, "a policy's denial wins"
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert ask("/guarded/shown").status == 403
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    assert ask("/guarded/shown").status == 403
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
