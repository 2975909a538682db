"""S3: what its operations need, its bucket policies, its presigned URLs, and the keys that encrypt for it."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.localdev.strict.account import ACCOUNT, REGION, Account, allow, denied, deny, policy, refused

ACTIONS = pytest.mark.feature("Strict mode", "actions of S3, which differ from its operations")
RESOURCES = pytest.mark.feature("Strict mode", "policies of buckets and keys")
OBJECT_ARN = "arn:aws:s3:::{}/{}".format


@ACTIONS
def test_rights_on_objects_are_not_rights_on_the_bucket(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
    bucket = account.bucket("a")
    role = account.role(allow(["s3:GetObject", "s3:ListBucket"], OBJECT_ARN(bucket, "*")))
    s3 = role.session()("s3")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"content"
    s3.head_object(Bucket=bucket, Key="a")
    attributes = {"Bucket": bucket, "Key": "a", "ObjectAttributes": ["ETag"]}
    assert denied(s3.get_object_attributes, **attributes) == ("s3:GetObjectAttributes", OBJECT_ARN(bucket, "a"))
    for call in (s3.list_objects_v2, s3.list_objects):
        assert denied(call, Bucket=bucket) == ("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    assert refused(s3.head_bucket, Bucket=bucket)[0] == "403"
    assert denied(s3.put_object, Bucket=bucket, Key="a") == ("s3:PutObject", OBJECT_ARN(bucket, "a"))


@ACTIONS
def test_who_may_not_list_is_not_told_that_there_is_nothing(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions" """
    bucket = account.bucket()
    role = account.role(allow("s3:GetObject", OBJECT_ARN(bucket, "*")))
    s3 = role.session()("s3")
    assert denied(s3.get_object, Bucket=bucket, Key="none") == ("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    assert refused(s3.head_object, Bucket=bucket, Key="none")[0] == "403"
    role.may(allow("s3:GetObject", OBJECT_ARN(bucket, "*")), allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    assert refused(s3.get_object, Bucket=bucket, Key="none")[0] == "NoSuchKey"
    assert refused(s3.head_object, Bucket=bucket, Key="none")[0] == "404"


@ACTIONS
def test_a_listing_can_be_allowed_for_a_prefix(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"""
    bucket = account.bucket()
    only = {"StringEquals": {"s3:prefix": "mine/"}}
    s3 = account.role(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=only)).session()("s3")
    s3.list_objects_v2(Bucket=bucket, Prefix="mine/")
    assert denied(s3.list_objects_v2, Bucket=bucket, Prefix="yours/")[0] == "s3:ListBucket"
    assert denied(s3.list_objects_v2, Bucket=bucket)[0] == "s3:ListBucket"


@ACTIONS
def test_what_else_is_written_with_an_object_needs_its_own_right(account: Account) -> None:
    bucket = account.bucket("from")
    role = account.role(allow("s3:PutObject", OBJECT_ARN(bucket, "to*")))
    s3, to = role.session()("s3"), {"Bucket": bucket, "Key": "to"}
    s3.put_object(**to)
    assert denied(s3.put_object, **to, Tagging="a=b") == ("s3:PutObjectTagging", OBJECT_ARN(bucket, "to"))
    assert denied(s3.put_object, **to, ACL="private") == ("s3:PutObjectAcl", OBJECT_ARN(bucket, "to"))
    source = {"CopySource": {"Bucket": bucket, "Key": "from"}}
    assert denied(s3.copy_object, **to, **source) == ("s3:GetObject", OBJECT_ARN(bucket, "from"))
    upload = s3.create_multipart_upload(**to)["UploadId"]
    assert denied(s3.upload_part_copy, **to, **source, UploadId=upload, PartNumber=1)[0] == "s3:GetObject"
    part = s3.upload_part(**to, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    assert denied(s3.list_parts, **to, UploadId=upload)[0] == "s3:ListMultipartUploadParts"
    assert denied(s3.abort_multipart_upload, **to, UploadId=upload)[0] == "s3:AbortMultipartUpload"
    s3.complete_multipart_upload(**to, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    role.may(allow("s3:PutObject", OBJECT_ARN(bucket, "to")), allow("s3:GetObject", OBJECT_ARN(bucket, "from")))
    s3.copy_object(**to, **source)


@ACTIONS
def test_a_version_is_not_the_object(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionedObjectPermissionsandACLs.html"""
    bucket, own = account.bucket(), account.client("s3")
    own.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = {"Bucket": bucket, "Key": "k", "VersionId": own.put_object(Bucket=bucket, Key="k")["VersionId"]}
    s3 = account.role(allow(["s3:GetObject", "s3:DeleteObject", "s3:ListBucket"])).session()("s3")
    s3.get_object(Bucket=bucket, Key="k")
    assert denied(s3.get_object, **version)[0] == "s3:GetObjectVersion"
    assert denied(s3.delete_object, **version)[0] == "s3:DeleteObjectVersion"
    assert denied(s3.list_object_versions, Bucket=bucket)[0] == "s3:ListBucketVersions"
    own.delete_object(Bucket=bucket, Key="k")
    reader = account.role(allow(["s3:GetObject", "s3:GetObjectVersion"])).session()("s3")
    reader.get_object(**version)
    assert denied(reader.get_object, Bucket=bucket, Key="k") == ("s3:ListBucket", f"arn:aws:s3:::{bucket}")


@ACTIONS
def test_of_many_objects_those_are_deleted_that_may_be(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    bucket = account.bucket("mine/1", "yours/1", "yours/2")
    s3 = account.role(allow("s3:DeleteObject", OBJECT_ARN(bucket, "mine/*"))).session()("s3")
    keys = [{"Key": key} for key in ("mine/1", "yours/1", "yours/2")]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert [each["Key"] for each in answer["Deleted"]] == ["mine/1"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [
        ("yours/1", "AccessDenied"),
        ("yours/2", "AccessDenied"),
    ]
    assert f's3:DeleteObject on resource: "{OBJECT_ARN(bucket, "yours/1")}"' in answer["Errors"][0]["Message"]
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": keys[1:]})
    left = account.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in left] == ["yours/1", "yours/2"]


@pytest.mark.feature("Strict mode", "presigned URLs and forms, with the rights of who signed them")
def test_a_presigned_url_may_what_its_signer_may(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"""
    bucket = account.bucket("a")
    role = account.role()
    session = role.session()
    s3, older = session("s3"), session("s3", signature_version="s3")
    urls = [each.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}) for each in (s3, older)]
    assert [_fetch(url) for url in urls] == [(403, "s3:GetObject")] * 2
    role.may(allow("s3:GetObject", OBJECT_ARN(bucket, "a")))
    assert [_fetch(url) for url in urls] == [(200, "")] * 2
    form = s3.generate_presigned_post(bucket, "posted")
    assert _post(form) == (403, "s3:PutObject")
    role.may(allow("s3:PutObject", OBJECT_ARN(bucket, "posted")))
    assert _post(form) == (204, "")
    assert [_fetch(url) for url in urls] == [(403, "s3:GetObject")] * 2


def _fetch(request: str | urllib.request.Request) -> tuple[int, str]:
    """The status, and the action that was denied."""
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode().partition("perform: ")[2].partition(" ")[0]


def _post(form: Any) -> tuple[int, str]:
    boundary = "----part"
    fields = {**form["fields"], "file": "content"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields
    ]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return _fetch(urllib.request.Request(form["url"], body, headers))


@RESOURCES
def test_a_bucket_may_let_in_and_shut_out(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html"""
    bucket, role = account.bucket("a", "b"), account.role()
    own, s3 = account.client("s3"), role.session()("s3")
    mine = {"Principal": {"AWS": role.arn}}
    lets = policy(allow("s3:GetObject", OBJECT_ARN(bucket, "a"), **mine))
    own.put_bucket_policy(Bucket=bucket, Policy=lets)
    s3.get_object(Bucket=bucket, Key="a")
    assert denied(s3.get_object, Bucket=bucket, Key="b")[0] == "s3:GetObject"
    role.may(allow("s3:*"))
    s3.get_object(Bucket=bucket, Key="b")
    own.put_bucket_policy(Bucket=bucket, Policy=policy(deny("s3:*", OBJECT_ARN(bucket, "*"), **mine)))
    assert "with an explicit deny in a resource-based policy" in refused(s3.get_object, Bucket=bucket, Key="b")[1]


@pytest.mark.feature(
    "Strict mode", "`aws:SecureTransport`", partly="what stays on this machine counts as encrypted, though it is not"
)
def test_a_bucket_that_wants_tls_can_be_used(account: Account) -> None:
    bucket = account.bucket("a")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    shut = deny("s3:*", f"arn:aws:s3:::{bucket}", OBJECT_ARN(bucket, "*"), Principal="*", Condition=insecure)
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(shut))
    s3 = account.role(allow("s3:GetObject")).session()("s3")
    s3.get_object(Bucket=bucket, Key="a")


@RESOURCES
def test_what_s3_encrypts_needs_the_key_too(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    bucket, own = account.bucket(), account.client("s3")
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    own.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    role = account.role(both := allow(["s3:PutObject", "s3:GetObject"]))
    s3, it = role.session()("s3"), {"Bucket": bucket, "Key": "k"}
    assert denied(s3.put_object, **it) == ("kms:GenerateDataKey", key)
    s3.put_object(**it, ServerSideEncryption="AES256")
    s3.get_object(**it)
    through = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    role.may(both, allow("kms:GenerateDataKey", key, Condition=through))
    s3.put_object(**it)
    assert denied(s3.create_multipart_upload, **it) == ("kms:Decrypt", key)
    assert denied(s3.get_object, **it) == ("kms:Decrypt", key)
    assert denied(role.session()("kms").generate_data_key, KeyId=key, KeySpec="AES_256")[0] == "kms:GenerateDataKey"
    role.may(both, allow("kms:Decrypt", key))
    s3.get_object(**it)


@RESOURCES
def test_a_key_decides_who_may_use_it(account: Account) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    kms, role = account.client("kms"), account.role(allow("kms:*"))
    mine = role.session()("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/strict", TargetKeyId=key)
    blob = mine.encrypt(KeyId="alias/strict", Plaintext=b"x")["CiphertextBlob"]
    root = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    others = policy(root | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=others)
    assert "no resource-based policy allows the kms:Decrypt" in refused(mine.decrypt, CiphertextBlob=blob)[1]
    named = allow("kms:Decrypt", Principal={"AWS": role.arn})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(named))
    role.may(allow("s3:*"))
    assert mine.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(root))
    assert denied(mine.decrypt, CiphertextBlob=blob) == ("kms:Decrypt", key)
