"""Log files: written to a trail's bucket a moment after the first event, or when told to.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import gzip
import json
import logging
import random
import string
import threading
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.plugins import SERVICE_PLUGINS

from localdev.providers.cloudtrail.kept import Record, Trail, all_trails

LOG = logging.getLogger(__name__)
SERVICE = "cloudtrail.amazonaws.com"
DELAY = 1.0  # seconds; on AWS it takes about five minutes
FULL_CONTROL = "bucket-owner-full-control"

_delivering = threading.Lock()
_timer: threading.Timer | None = None


def soon() -> None:
    """Delivers what is pending by then. Called for each event, so it must cost nothing."""
    global _timer
    if _timer is None:
        timer = _timer = threading.Timer(DELAY, _on_time)  # or two, if two events come at once, which is no harm
        timer.daemon = True
        timer.start()


def now() -> list[str]:
    """Delivers what is pending. Returns ``bucket/key`` of each file."""
    with _delivering:
        return [written for trail in all_trails() for written in _deliver(trail)]


def obstacle(trail: Trail) -> str | None:
    """Why CloudTrail may not write to the bucket, by S3's code; None if it may.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    SERVICE_PLUGINS.require("s3")
    from localdev.services.s3 import access

    bucket = access.find_bucket(trail.about["S3BucketName"])
    if bucket is None:
        return "NoSuchBucket"
    about = {"aws:sourcearn": trail.arn, "aws:sourceaccount": trail.account}
    written = {**about, "s3:x-amz-acl": FULL_CONTROL}
    key = f"{_folder(trail)}/{trail.region}/"
    may_look = access.service_may(bucket, "s3:GetBucketAcl", None, SERVICE, about)
    may_write = access.service_may(bucket, "s3:PutObject", key, SERVICE, written)
    return None if may_look and may_write else "AccessDenied"


def _on_time() -> None:
    global _timer
    _timer = None
    try:
        now()
    except Exception:
        LOG.exception("delivering CloudTrail's log files failed")


def _deliver(trail: Trail) -> list[str]:
    records = [trail.pending.popleft() for _ in range(len(trail.pending))]
    if not records:
        return []
    trail.delivered = datetime.now(UTC)
    trail.error = obstacle(trail)
    if trail.error:
        return []
    by_region: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_region[record["awsRegion"]].append(record)
    return [_write(trail, region, found) for region, found in by_region.items()]


def _write(trail: Trail, region: str, records: list[Record]) -> str:
    now = datetime.now(UTC)
    mark = "".join(random.choices(string.ascii_letters + string.digits, k=16))
    name = f"{trail.account}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{mark}.json.gz"
    key = f"{_folder(trail)}/{region}/{now:%Y/%m/%d}/{name}"
    bucket = trail.about["S3BucketName"]
    s3: Any = connect_to(aws_access_key_id=trail.account).s3
    body = gzip.compress(json.dumps({"Records": records}, default=str).encode())
    about = {"ContentType": "application/json", "ContentEncoding": "gzip"}
    s3.put_object(Bucket=bucket, Key=key, Body=body, ACL=FULL_CONTROL, **about)
    return f"{bucket}/{key}"


def _folder(trail: Trail) -> str:
    prefix = trail.about.get("S3KeyPrefix")
    return f"{prefix}/AWSLogs/{trail.account}/CloudTrail" if prefix else f"AWSLogs/{trail.account}/CloudTrail"
