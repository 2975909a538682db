"""The buckets of the tests, and what is read from them."""

from __future__ import annotations

import gzip
import json
from typing import Any

LOGS = "logs-of-trails"


WATCHED = "watched-by-trails"


def policy(trail: str) -> str:
    principal, bucket = (
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Effect": "Allow"},
        f"arn:aws:s3:::{LOGS}",
    )
    source = {"aws:SourceArn": trail}
    written = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "StringLike": source}
    statements = [
        {**principal, "Action": "s3:GetBucketAcl", "Resource": bucket, "Condition": {"StringLike": source}},
        {**principal, "Action": "s3:PutObject", "Resource": f"{bucket}/*AWSLogs/000000000000/*", "Condition": written},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def records(s3: Any, key: str) -> list[dict[str, Any]]:
    answer = s3.get_object(Bucket=LOGS, Key=key)
    assert answer["ContentEncoding"] == "gzip"
    found: list[dict[str, Any]] = json.loads(gzip.decompress(answer["Body"].read()))["Records"]
    return found


def named(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (one,) = (each for each in found if each["eventName"] == name)
    return one


def objects(*values: str, **more: Any) -> dict[str, Any]:
    resources = [{"Type": "AWS::S3::Object", "Values": list(values) or ["arn:aws:s3"]}]
    return {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": resources, **more}


def advanced(**fields: Any) -> dict[str, Any]:
    data = {"eventCategory": {"Equals": ["Data"]}, "resources__type": {"Equals": ["AWS::S3::Object"]}}
    chosen = {**data, **fields}
    return {"FieldSelectors": [{"Field": name.replace("__", "."), **each} for name, each in chosen.items()]}
