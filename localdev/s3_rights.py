"""Which rights requests to S3 need: its actions are seldom called as its operations are.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from localstack.aws.api import RequestContext

NOBODY = "injectedaccesskey"  # what LocalStack writes into requests that name nobody

READING = ("GetObject", "HeadObject", "SelectObjectContent", "GetObjectAttributes")
WRITING = ("PutObject", "PostObject", "CopyObject", "CreateMultipartUpload")
COPYING = ("CopyObject", "UploadPartCopy")
ACTIONS = {
    **dict.fromkeys(READING, "GetObject"),
    **dict.fromkeys((*WRITING, *COPYING, "UploadPart", "CompleteMultipartUpload"), "PutObject"),
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
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
    "HeadBucket": "ListBucket",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
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
# Which can be asked about the tags of the object that is there.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
ABOUT_TAGS = frozenset(
    f"s3:{verb}Object{version}{what}"
    for version in ("", "Version")
    for what, verbs in {"": ("Get",), "Acl": ("Get", "Put"), "Tagging": ("Get", "Put", "Delete")}.items()
    for verb in verbs
)
GRANTING = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "GrantWrite")


class Right(NamedTuple):
    """action: ``s3:GetObject``. bucket: its name, None for none in particular. key: None for the bucket itself."""

    action: str
    bucket: str | None
    key: str | None = None
    version: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it is about the contents of an object."""
        return self.action in ("s3:GetObject", "s3:GetObjectVersion")


def rights(context: RequestContext) -> Iterator[Right]:
    """All that a request needs, that to the source of a copy last. Raises InvalidArgument if that is none."""
    assert context.operation is not None
    operation, request = context.operation.name, cast(dict[str, Any], context.service_request or {})
    if operation == "PostObject":
        request = request | _posted(context.request)
    bucket, key = request.get("Bucket"), request.get("Key")
    if operation == "DeleteObjects":
        for each in request["Delete"]["Objects"]:
            yield right(operation, bucket, each["Key"], each.get("VersionId"))
        return
    yield right(operation, bucket, key, request.get("VersionId"))
    if operation == "GetObjectAttributes":
        yield Right(f"s3:GetObject{'Version' if request.get('VersionId') else ''}Attributes", bucket, key)
    if operation in WRITING and request.get("Tagging"):
        yield right("PutObjectTagging", bucket, key)
    if operation in WRITING and any(request.get(each) for each in GRANTING):
        yield right("PutObjectAcl", bucket, key)
    if operation in COPYING:
        from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source

        yield right("GetObject", *extract_bucket_key_version_id_from_copy_source(request["CopySource"]))


def right(operation: str, bucket: str | None, key: str | None = None, version: str | None = None) -> Right:
    action = ACTIONS.get(operation, operation)
    return Right(f"s3:{OF_VERSIONS.get(action, action) if version else action}", bucket, key, version)


def _posted(request: Any) -> dict[str, Any]:
    """What a form says. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html"""
    form, file = request.form, request.files.get("file")
    key = form.get("key") or ""
    key = key.replace("${filename}", file.filename) if file else key
    return {"Key": key, "ACL": form.get("acl"), "Tagging": form.get("tagging")}
