"""Every call of AWS's API, as a record for the trails that want it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import RequestContext

from localdev.providers.cloudtrail import delivery
from localdev.providers.cloudtrail.contents import HIDDEN, described, has_secrets
from localdev.providers.cloudtrail.identities import identity
from localdev.providers.cloudtrail.kept import Record, kept, trails_of
from localdev.providers.cloudtrail.selectors import OBJECTS, selects

LOG = logging.getLogger(__name__)
VERSION = "1.11"
GLOBAL = ("cloudfront", "iam", "organizations", "route53", "sts")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
OF_OBJECTS = frozenset(
    [
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "DeleteObject",
        "DeleteObjectTagging",
        "DeleteObjects",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectLegalHold",
        "GetObjectRetention",
        "GetObjectTagging",
        "HeadBucket",
        "HeadObject",
        "ListObjectVersions",
        "ListObjects",
        "ListObjectsV2",
        "ListParts",
        "PostObject",
        "PutObject",
        "PutObjectAcl",
        "PutObjectLegalHold",
        "PutObjectRetention",
        "PutObjectTagging",
        "RestoreObject",
        "SelectObjectContent",
        "UploadPart",
        "UploadPartCopy",
    ]
)
# Data events of other services, which no trail records here.
UNRECORDED = {
    "cloudwatch": ("GetMetric", "PutMetricData"),
    "dynamodb": ("Batch", "DeleteItem", "Execute", "GetItem", "PutItem", "Query", "Scan", "Transact", "UpdateItem"),
    "dynamodbstreams": ("Get",),
    "firehose": ("PutRecord",),
    "kinesis": ("GetRecords", "GetShardIterator", "PutRecord"),
    "lambda": ("Invoke",),
    "logs": ("FilterLogEvents", "GetLogEvents", "PutLogEvents"),
    "sns": ("Publish",),
    "sqs": ("ChangeMessage", "DeleteMessage", "ReceiveMessage", "SendMessage"),
    "stepfunctions": ("GetActivityTask", "SendTask"),
    "xray": ("Put",),
}
READING = ("Describe", "Get", "Head", "List", "Lookup", "Search", "Select", "Simulate", "Test", "Validate")
READING_TOO = frozenset({"AssumeRole", "Decrypt", "Encrypt", "GenerateDataKey", "Sign", "Verify"})
RENAMED = {"ListObjectsV2": "ListObjects"}

_begun = False


def begin() -> None:
    """From the first trail on; before it nobody pays for it."""
    global _begun
    if not _begun:
        _begun = True
        handlers.run_custom_response_handlers.append(record)


def record(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Whatever goes wrong here must not reach who asked."""
    if context.operation is None or context.service is None or context.is_internal_call:
        return
    try:
        found = _record(context)
        if found is not None:
            _hand_out(found, context.account_id)
    except Exception:
        LOG.exception("recording %s for CloudTrail failed", context.operation.name)


def _hand_out(found: Record, account: str) -> None:
    if found["managementEvent"]:
        kept(account, found["awsRegion"]).events.appendleft(found)
    for trail in trails_of(account):
        if found["eventSource"].partition(".")[0] in GLOBAL:
            reaches = trail.about["IncludeGlobalServiceEvents"]
        else:
            reaches = trail.about["IsMultiRegionTrail"] or trail.region == found["awsRegion"]
        if trail.logging and reaches and selects(trail, found):
            trail.pending.append(found)
            delivery.soon()


def _record(context: RequestContext) -> Record | None:
    """None for what CloudTrail does not tell."""
    service, operation, request = context.service, context.operation, context.request
    assert service is not None
    assert operation is not None
    name, source = operation.name, service.service_name
    if name.startswith(UNRECORDED.get(source, ())):
        return None
    of_objects = source == "s3" and name in OF_OBJECTS
    reading = name.startswith(READING) or name in READING_TOO
    refusal = context.service_exception
    found = {
        "eventVersion": VERSION,
        "userIdentity": identity(context),
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service.endpoint_prefix}.amazonaws.com",
        "eventName": RENAMED.get(name, name),
        "awsRegion": "us-east-1" if source in GLOBAL else _region(context),
        "sourceIPAddress": request.remote_addr or "127.0.0.1",
        "userAgent": f"[{request.headers.get('User-Agent', '')}]",
        "requestParameters": described(context.service_request, operation.input_shape, source),
        "responseElements": None
        if reading or refusal
        else described(context.service_response, operation.output_shape, source),
        "requestID": context.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": reading,
        "eventType": "AwsApiCall",
        "managementEvent": not of_objects,
        "recipientAccountId": context.account_id,
        "eventCategory": "Data" if of_objects else "Management",
    }
    if refusal is not None:
        secret = has_secrets(context.service_request, operation.input_shape)
        found |= {"errorCode": refusal.code, "errorMessage": HIDDEN if secret else refusal.message or ""}
    return found | ({"resources": _objects(context)} if of_objects else {})


def _region(context: RequestContext) -> str:
    """Events of buckets belong to the bucket's own."""
    from localdev.services.s3.access import find_bucket

    request: Any = context.service_request or {}
    assert context.service is not None
    bucket = find_bucket(request["Bucket"]) if context.service.service_name == "s3" and "Bucket" in request else None
    region: str = bucket.bucket_region if bucket else context.region
    return region


def _objects(context: RequestContext) -> list[dict[str, str]]:
    request: Any = context.service_request
    bucket = f"arn:aws:s3:::{request['Bucket']}"
    key = request.get("Key") or (request.get("Prefix") or "")
    return [
        {"type": OBJECTS, "ARN": f"{bucket}/{key}"},
        {"accountId": context.account_id, "type": "AWS::S3::Bucket", "ARN": bucket},
    ]
