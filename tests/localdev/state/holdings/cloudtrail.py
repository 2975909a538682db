from __future__ import annotations

import gzip
import json
from typing import Any

TRAIL = "all"


def make(of: Any, memo: dict[str, Any]) -> None:
    bucket = memo["bucket"] = f"{of.tag}-trail"
    of("s3").create_bucket(Bucket=bucket)
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        service | {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        service | {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{of.number}/*"},
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    of("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    cloudtrail = of("cloudtrail")
    cloudtrail.create_trail(Name=TRAIL, S3BucketName=bucket, TagsList=[{"Key": "owner", "Value": "me"}])
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}
    cloudtrail.put_event_selectors(TrailName=TRAIL, EventSelectors=[selector])
    cloudtrail.start_logging(Name=TRAIL)
    of("sqs").create_queue(QueueName="recorded-before")


def look(of: Any, memo: dict[str, Any]) -> Any:
    cloudtrail = of("cloudtrail")
    before = [{"AttributeKey": "EventName", "AttributeValue": "StartLogging"}]
    return [
        cloudtrail.get_trail(Name=TRAIL),
        cloudtrail.get_event_selectors(TrailName=TRAIL),
        {key: value for key, value in cloudtrail.get_trail_status(Name=TRAIL).items() if "Deliver" not in key},
        cloudtrail.list_tags(ResourceIdList=[cloudtrail.get_trail(Name=TRAIL)["Trail"]["TrailARN"]]),
        cloudtrail.lookup_events(LookupAttributes=before),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """What was recorded before is delivered, and so is what happens now."""
    of("sqs").create_queue(QueueName="recorded-after")
    until(lambda: {"recorded-before", "recorded-after"} <= queues_in_log(of, memo))


def queues_in_log(of: Any, memo: dict[str, Any]) -> set[str]:
    s3, bucket = of("s3"), memo["bucket"]
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    files = [json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]
    records = [each for file in files for each in file["Records"] if each["eventName"] == "CreateQueue"]
    return {each["requestParameters"]["queueName"] for each in records}
