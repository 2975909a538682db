"""What requests to S3 need, whose actions are seldom called as its operations are.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from localstack.aws.api import RequestContext

from localdev.policies import Need
from localdev.strict.rights.keys import key_arn

READING = ("GetObject", "HeadObject", "SelectObjectContent", "GetObjectAttributes")
WRITING = ("PutObject", "PostObject", "CopyObject", "CreateMultipartUpload")
COPYING = ("CopyObject", "UploadPartCopy")
ON_BUCKETS = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
ON_OBJECTS = {
    **dict.fromkeys(READING, "GetObject"),
    **dict.fromkeys((*WRITING, *COPYING, "UploadPart", "CompleteMultipartUpload"), "PutObject"),
    "ListParts": "ListMultipartUploadParts",
}
# Of one version these are rights of their own.
OF_VERSIONS = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
GRANTING = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "GrantWrite")


def needs(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    name = context.operation.name
    bucket = request.get("Bucket")
    if bucket is None:
        yield Need("s3:ListAllMyBuckets" if name == "ListBuckets" else f"s3:{name}", "*")
        return
    whole = bucket_arn(bucket)
    key = context.request.form.get("key") if name == "PostObject" else request.get("Key")
    if key is None:
        if name != "DeleteObjects":  # whose keys are looked at one by one
            yield Need(f"s3:{ON_BUCKETS.get(name, name)}", whole, _conditions(request))
        return
    action = ON_OBJECTS.get(name, name)
    if request.get("VersionId"):
        action = OF_VERSIONS.get(action, action)
    yield Need(f"s3:{action}", f"{whole}/{key}", _conditions(request))
    if name in WRITING:
        if request.get("Tagging"):
            yield Need("s3:PutObjectTagging", f"{whole}/{key}")
        if any(request.get(each) for each in GRANTING):
            yield Need("s3:PutObjectAcl", f"{whole}/{key}")
        yield from _key_needed(bucket, request, "kms:GenerateDataKey")
    if name in COPYING:
        yield from _source(request["CopySource"])
    if name in READING:
        yield from _read(bucket, key, request.get("VersionId"))


def bucket_arn(bucket: str) -> str:
    return bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"


def deletion(bucket: str, entry: Any) -> Need:
    action = "s3:DeleteObjectVersion" if entry.get("VersionId") else "s3:DeleteObject"
    return Need(action, f"{bucket_arn(bucket)}/{entry['Key']}")


def _read(bucket: str, key: str, version: str | None) -> Iterator[Need]:
    from localdev.services.s3.access import find_bucket, has

    found = find_bucket(bucket)
    if found is None:
        return
    stored = found.objects.get(key, version) if version and found.versioning_status else found.objects.get(key)
    if stored is None or not (version or has(found, key)):  # or its last version says so
        # S3 does not say that there is no such object to those who may not list the bucket.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
        yield Need("s3:ListBucket", bucket_arn(bucket))
    elif key_id := getattr(stored, "kms_key_id", None):
        yield Need("kms:Decrypt", key_arn(found.bucket_account_id, found.bucket_region, key_id), _via(found))


def _source(source: Any) -> Iterator[Need]:
    path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
    path, _, version = unquote(path).removeprefix("/").partition("?versionId=")
    bucket, _, key = path.partition("/")
    yield Need("s3:GetObjectVersion" if version else "s3:GetObject", f"{bucket_arn(bucket)}/{key}")
    yield from _read(bucket, key, version or None)


def _key_needed(bucket: str, request: Any, action: str) -> Iterator[Need]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    from localdev.services.s3.access import find_bucket

    found = find_bucket(bucket)
    if found is None:
        return
    default = (found.encryption_rule or {}).get("ApplyServerSideEncryptionByDefault", {})
    own = request.get("ServerSideEncryption")
    if (own or default.get("SSEAlgorithm", "")).startswith("aws:kms"):
        key = request.get("SSEKMSKeyId") if own else default.get("KMSMasterKeyID")
        if key:  # S3's own key serves everybody in the account
            yield Need(action, key_arn(found.bucket_account_id, found.bucket_region, key), _via(found))


def _via(bucket: Any) -> dict[str, str]:
    return {"kms:viaservice": f"s3.{bucket.bucket_region}.amazonaws.com"}


def _conditions(request: Any) -> dict[str, str]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys"""
    named = {
        "s3:prefix": "Prefix",
        "s3:delimiter": "Delimiter",
        "s3:max-keys": "MaxKeys",
        "s3:x-amz-acl": "ACL",
        "s3:x-amz-server-side-encryption": "ServerSideEncryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
        "s3:x-amz-storage-class": "StorageClass",
        "s3:versionid": "VersionId",
        "s3:if-none-match": "IfNoneMatch",
    }
    return {key: str(request[parameter]) for key, parameter in named.items() if request.get(parameter) is not None}
