"""S3 Block Public Access, and ACLs of buckets that have none: LocalStack 4.13.1 keeps these settings and heeds none.

What is public already, and blocked since, `localdev.services.s3.access` keeps from strangers, strict or not.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext

from localdev.public_policies import is_public
from localdev.strict.rights.callers import identify
from localdev.strict.rights.objects import bucket_arn

PUBLIC_GROUPS = ("AllUsers", "AuthenticatedUsers")
GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")


def apply() -> None:
    handlers.serve_custom_service_request_handlers.append(check)


def check(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises CommonServiceException."""
    if context.service is None or context.service.service_name != "s3" or context.operation is None:
        return
    request: Any = context.service_request
    operation = context.operation.name
    if operation == "CreateBucket":
        check_new(request)
        return
    from localdev.services.s3.access import find_bucket

    bucket = find_bucket(request.get("Bucket"))
    if bucket is None:
        return
    blocked = bucket.public_access_block or {}
    if operation == "PutBucketPolicy" and blocked.get("BlockPublicPolicy") and is_public(request["Policy"]):
        refuse(
            context, "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        )
    if acl_given(request, operation):
        check_acl(context, request, bucket.object_ownership, blocked)


def acl_given(request: Any, operation: str) -> bool:
    by_header = bool(request.get("ACL")) or any(request.get(each) for each in GRANTS)
    return by_header or operation in ("PutBucketAcl", "PutObjectAcl")


def check_acl(context: RequestContext, request: Any, ownership: str, blocked: Any) -> None:
    if ownership == "BucketOwnerEnforced" and request.get("ACL") != "bucket-owner-full-control":
        raise CommonServiceException("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
    if blocked.get("BlockPublicAcls") and public_acl(request):
        refuse(context, "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")


def check_new(request: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, "Access control lists (ACLs)" """
    ownership = request.get("ObjectOwnership") or "BucketOwnerEnforced"
    if (request.get("ACL") or "private") == "private" and not any(request.get(each) for each in GRANTS):
        return
    if ownership == "BucketOwnerEnforced":
        text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise CommonServiceException("InvalidBucketAclWithObjectOwnership", text, 400)
    if public_acl(request):
        text = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        raise CommonServiceException("InvalidBucketAclWithBlockPublicAccessError", text, 400)


def public_acl(request: Any) -> bool:
    policy = request.get("AccessControlPolicy") or {}
    grantees = [str(grant.get("Grantee", {}).get("URI")) for grant in policy.get("Grants") or []]
    grantees += [request[each] for each in GRANTS if request.get(each)]
    canned = request.get("ACL") or ""
    return canned.startswith("public-") or canned == "authenticated-read" or any(map(_is_public_group, grantees))


def _is_public_group(grantee: str) -> bool:
    return grantee.strip("\"'").endswith(PUBLIC_GROUPS)


def refuse(context: RequestContext, why: str) -> None:
    assert context.operation is not None
    request: Any = context.service_request
    who = getattr(identify(context), "arn", f"arn:{context.partition}:iam::{context.account_id}:root")
    on = f's3:{context.operation.name} on resource: "{bucket_arn(request["Bucket"])}"'
    raise CommonServiceException("AccessDenied", f"User: {who} is not authorized to perform: {on} {why}", 403)
