"""What a bucket lets those do who do not sign: everybody, and AWS's own services. LocalStack lets everybody do all."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.s3 import AccessDenied
from localstack.constants import AWS_REGION_US_EAST_1, DEFAULT_AWS_ACCOUNT_ID
from localstack.services.s3.constants import ALL_USERS_ACL_GRANTEE, S3_HOST_ID

from localdev.policies import Document, Need, Verdict, judge, surroundings
from localdev.s3_rights import ABOUT_TAGS, NOBODY, rights
from localdev.services.s3 import presigned
from localdev.tags import Tags

SIGNED = ("X-Amz-Signature", "Signature")

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


def refuse_strangers(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises AccessDenied for what a request without a signature may not do."""
    if context.service is None or context.service.service_name != "s3" or not _is_nobodys(context):
        return
    creates = context.operation is not None and context.operation.name == "CreateBucket"
    for right in rights(context):
        bucket = find_bucket(right.bucket)
        if bucket is None and right.bucket and not creates:
            return  # that there is none is no secret
        if bucket is None or not anyone_may(bucket, right.action, right.key, right.version):
            raise AccessDenied("Access Denied", HostId=S3_HOST_ID)
        found = not right.reads or find_object(bucket, right.key, right.version)
        if not found and not anyone_may(bucket, "s3:ListBucket"):
            raise AccessDenied("Access Denied", HostId=S3_HOST_ID)  # nor that there is no such object


def find_bucket(name: str | None) -> Any:
    """LocalStack's own, whoever has it; None if there is none."""
    from localstack.services.s3.models import s3_stores

    region = AWS_REGION_US_EAST_1  # all of them know all buckets
    account = name and s3_stores[DEFAULT_AWS_ACCOUNT_ID][region].global_bucket_map.get(name)
    return s3_stores[account][region].buckets.get(name) if name and account else None


def find_object(bucket: Any, key: str | None, version: str | None = None) -> Any:
    """LocalStack's own; None if there is none, which the last version may say, unless a version is named."""
    found = bucket.objects.get(key, version) if version and bucket.versioning_status else bucket.objects.get(key)
    return found if version or type(found).__name__ == "S3Object" else None


def existing_tags(bucket: Any, action: str, key: str | None, version: str | None = None) -> Tags:
    """Of an object, if an action can be asked about them. None of what does not exist."""

    def find() -> dict[str, str]:
        from localstack.services.s3.models import s3_stores
        from localstack.services.s3.utils import get_unique_key_id

        found = find_object(bucket, key, version) if bucket and action in ABOUT_TAGS else None
        if found is None:
            return {}
        tags = s3_stores[bucket.bucket_account_id][AWS_REGION_US_EAST_1].TAGS.tags
        return dict(tags.get(get_unique_key_id(bucket.name, found.key, found.version_id), {}))

    return Tags("s3:existingobjecttag/", find=find)


def has(bucket: Any, key: str) -> bool:
    return find_object(bucket, key) is not None


def anyone_may(bucket: Any, action: str, key: str | None = None, version: str | None = None) -> bool:
    """By the bucket's policy, or the access control lists of bucket and object, and if neither is blocked.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = bucket.public_access_block or {}
    verdict = _judge(bucket, _need(bucket, action, key, version=version), ())
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
    return _judge(bucket, _need(bucket, action, key, about), (service,)) is Verdict.ALLOW


def _judge(bucket: Any, need: Need, principals: Iterable[str]) -> Verdict:
    policy: Document = json.loads(bucket.policy or "{}")
    return judge(policy, need, principals)


def _need(
    bucket: Any, action: str, key: str | None, about: Mapping[str, str] | None = None, version: str | None = None
) -> Need:
    layers: list[Any] = [about or {}, surroundings(), existing_tags(bucket, action, key, version)]
    return Need(action, _arn(bucket, key), ChainMap(*layers))


def _arn(bucket: Any, key: str | None) -> str:
    return bucket.bucket_arn if key is None else f"{bucket.bucket_arn}/{key}"


def _granted(bucket: Any, action: str, key: str | None) -> Iterator[bool]:
    stored = bucket.objects.get(key) if key else None
    for lists, acl in ((OF_BUCKETS, bucket.acl), (OF_OBJECTS, getattr(stored, "acl", None))):
        for grant in (acl or {}).get("Grants", []):
            everyone = grant["Grantee"].get("URI") == ALL_USERS_ACL_GRANTEE["URI"]
            yield everyone and grant["Permission"] in (lists.get(action), "FULL_CONTROL") and action in lists


def _is_nobodys(context: RequestContext) -> bool:
    request = context.request
    if any(name in request.args for name in SIGNED):
        return False
    if context.operation is not None and context.operation.name == "PostObject":
        return not presigned.fields(request.form).get("policy")
    return f"Credential={NOBODY}/" in request.headers.get("Authorization", "")
