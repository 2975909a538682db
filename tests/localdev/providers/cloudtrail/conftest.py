"""Trails that log."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.localdev.providers.cloudtrail.trails import LOGS, WATCHED, policy, records

_numbers = itertools.count()


@pytest.fixture(scope="module")
def cloudtrail(client: Callable[..., Any]) -> Any:
    return client("cloudtrail")


@pytest.fixture(scope="module", autouse=True)
def buckets(client: Callable[..., Any]) -> None:
    """With the policy of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    for name in (LOGS, WATCHED):
        client("s3").create_bucket(Bucket=name)
    client("s3").put_bucket_policy(Bucket=LOGS, Policy=policy("arn:aws:cloudtrail:*:000000000000:trail/*"))


@pytest.fixture
def trail(cloudtrail: Any) -> Iterator[Callable[..., str]]:
    """Makes a trail that logs, and returns its name."""
    made = []

    def trail(**more: Any) -> str:
        name = f"trail-{os.getpid()}-{next(_numbers)}"
        cloudtrail.create_trail(Name=name, S3BucketName=LOGS, **more)
        made.append(name)
        cloudtrail.start_logging(Name=name)
        return name

    yield trail
    for name in made:
        cloudtrail.delete_trail(Name=name)


@pytest.fixture(scope="module")
def delivered(ask: Callable[..., Any], client: Callable[..., Any]) -> Callable[[], list[dict[str, Any]]]:
    """What there is to deliver, delivered now: records that were not returned before, but for those of this reading."""
    s3 = client("s3")

    def files() -> set[str]:
        return {each["Key"] for each in s3.list_objects_v2(Bucket=LOGS).get("Contents", [])}

    seen = files()  # other tests'

    def delivered() -> list[dict[str, Any]]:
        ask("/_localdev/cloudtrail/deliver", "POST")  # or it is done already
        keys = files() - seen
        seen.update(keys)
        found = [record for key in sorted(keys) for record in records(s3, key)]
        return [each for each in found if (each["requestParameters"] or {}).get("bucketName") != LOGS]

    return delivered
