"""What a bucket lets those do who do not sign: everybody, and AWS's own services. LocalStack lets everybody do all."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.s3 import AccessDenied
from localstack.constants import AWS_REGION_US_EAST_1, DEFAULT_AWS_ACCOUNT_ID
from localstack.services.s3.constants import ALL_USERS_ACL_GRANTEE, S3_HOST_ID

from localdev.policies import Document, Need, Verdict, judge

NOBODY = "injectedaccesskey"  # what LocalStack writes into requests that name nobody
SIGNED = ("X-Amz-Signature", "Signature")
FORM_SIGNED = ("x-amz-signature", "signature")

# Actions that are not called as the operation is:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "GetObjectAttributes": "GetObject",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
# What a grant of an access control list allows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
OF_OBJECTS = {"s3:GetObject": "READ", "s3:GetObjectAcl": "READ_ACP", "s3:PutObjectAcl": "WRITE_ACP"}
OF_BUCKETS = {
    "s3:ListBucket": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:PutObject": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:PutBucketAcl": "WRITE_ACP",
}
# Plain HTTP that does not leave the machine nobody can read: a policy that asks for TLS is content with it.
AROUND = {"aws:securetransport": "true", "aws:sourceip": "127.0.0.1"}


def refuse_strangers(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises AccessDenied for what a request without a signature may not do."""
    if context.service is None or context.service.service_name != "s3" or not _is_nobodys(context):
        return
    request: Any = context.service_request or {}
    name = context.operation.name if context.operation else ""
    bucket = find_bucket(request.get("Bucket", ""))
    if bucket is None and "Bucket" in request and name != "CreateBucket":
        return  # that there is none is no secret
    for action, key in _needed(name, request):
        if bucket is None or not anyone_may(bucket, action, key):
            raise AccessDenied("Access Denied", HostId=S3_HOST_ID)
    key = request.get("Key")
    if name in ("GetObject", "HeadObject") and not has(bucket, key) and not anyone_may(bucket, "s3:ListBucket"):
        raise AccessDenied("Access Denied", HostId=S3_HOST_ID)  # nor that there is no such object


def find_bucket(name: str) -> Any:
    """LocalStack's own, whoever has it; None if there is none."""
    from localstack.services.s3.models import s3_stores

    region = AWS_REGION_US_EAST_1  # all of them know all buckets
    account = s3_stores[DEFAULT_AWS_ACCOUNT_ID][region].global_bucket_map.get(name)
    return account and s3_stores[account][region].buckets.get(name)


def has(bucket: Any, key: str) -> bool:
    """Whether there is an object, which its last version may say there is not."""
    return type(bucket.objects.get(key)).__name__ == "S3Object"


def anyone_may(bucket: Any, action: str, key: str | None = None) -> bool:
    """By the bucket's policy, or the access control lists of bucket and object, and if neither is blocked.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = bucket.public_access_block or {}
    verdict = _judge(bucket, Need(action, _arn(bucket, key), AROUND), ())
    if verdict is Verdict.DENY:
        return False
    if verdict is Verdict.ALLOW and not block.get("RestrictPublicBuckets"):
        return True
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    lists_count = bucket.object_ownership not in (None, "BucketOwnerEnforced") and not block.get("IgnorePublicAcls")
    return lists_count and any(_granted(bucket, action, key))


def service_may(bucket: Any, action: str, key: str | None, service: str, about: Mapping[str, str]) -> bool:
    """Whether the bucket's policy lets one of AWS's services (``cloudfront.amazonaws.com``).

    about: values of condition keys, whose names are in lower case.
    """
    return _judge(bucket, Need(action, _arn(bucket, key), {**AROUND, **about}), (service,)) is Verdict.ALLOW


def _judge(bucket: Any, need: Need, principals: Iterable[str]) -> Verdict:
    policy: Document = json.loads(bucket.policy or "{}")
    return judge(policy, need, principals)


def _arn(bucket: Any, key: str | None) -> str:
    return bucket.bucket_arn if key is None else f"{bucket.bucket_arn}/{key}"


def _granted(bucket: Any, action: str, key: str | None) -> Iterator[bool]:
    stored = bucket.objects.get(key) if key else None
    for lists, acl in ((OF_BUCKETS, bucket.acl), (OF_OBJECTS, getattr(stored, "acl", None))):
        for grant in (acl or {}).get("Grants", []):
            everyone = grant["Grantee"].get("URI") == ALL_USERS_ACL_GRANTEE["URI"]
            yield everyone and grant["Permission"] in (lists.get(action), "FULL_CONTROL") and action in lists


def _needed(operation: str, request: Any) -> Iterator[tuple[str, str | None]]:
    action = f"s3:{ACTIONS.get(operation, operation)}"
    if operation == "DeleteObjects":
        for each in request["Delete"]["Objects"]:
            yield action, each["Key"]
    else:
        yield action, request.get("Key")


def _is_nobodys(context: RequestContext) -> bool:
    request = context.request
    if any(name in request.args for name in SIGNED):
        return False
    if context.operation is not None and context.operation.name == "PostObject":
        return not any(name.lower() in FORM_SIGNED for name in request.form)
    return f"Credential={NOBODY}/" in request.headers.get("Authorization", "")
