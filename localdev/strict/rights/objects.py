"""What requests to S3 need beside the rights that they need of everybody: to list, and to keys that encrypt."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext

from localdev.policies import Need
from localdev.s3_rights import WRITING, Right, right, rights
from localdev.strict.rights.keys import key_arn


def needs(context: RequestContext) -> Iterator[Need]:
    request: Any = context.service_request
    assert context.operation is not None
    if context.operation.name == "DeleteObjects":  # whose keys are looked at one by one
        return
    for number, each in enumerate(rights(context)):
        yield _need(each, {} if number else _conditions(request))
        if each.reads:
            yield from _read(each)
    if context.operation.name in WRITING:
        yield from _key_needed(request["Bucket"], request, "kms:GenerateDataKey")
    if context.operation.name == "CreateMultipartUpload":  # whose parts S3 reads again
        yield from _key_needed(request["Bucket"], request, "kms:Decrypt")


def bucket_arn(bucket: str) -> str:
    return bucket if bucket.startswith("arn:") else f"arn:aws:s3:::{bucket}"


def deletion(bucket: str, entry: Any) -> Need:
    return _need(right("DeleteObject", bucket, entry["Key"], entry.get("VersionId")), {})


def _need(wanted: Right, conditions: dict[str, str]) -> Need:
    whole = bucket_arn(wanted.bucket) if wanted.bucket else "*"
    return Need(wanted.action, whole if wanted.key is None else f"{whole}/{wanted.key}", conditions)


def _read(wanted: Right) -> Iterator[Need]:
    from localdev.services.s3.access import find_bucket, find_object

    bucket = find_bucket(wanted.bucket)
    if bucket is None:
        return
    found = find_object(bucket, wanted.key, wanted.version)
    if found is None:
        # S3 does not say that there is no such object to those who may not list the bucket.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
        yield Need("s3:ListBucket", bucket.bucket_arn)
    elif key_id := getattr(found, "kms_key_id", None):
        yield Need("kms:Decrypt", key_arn(bucket.bucket_account_id, bucket.bucket_region, key_id), _via(bucket))


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
