"""The bench's comparison is honest: its floor and the deployer make the very same resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.deployments import zipped
from bench.floor_site import files
from bench.processes import StepFailed, environment, python
from tests.conftest import Stack, StackMaker

Floor = Callable[[str], None]


@pytest.fixture
def deployer(stack: StackMaker) -> Stack:
    return stack(stage="bench")


@pytest.fixture
def floor(deployer: Stack) -> Floor:
    """``floor("up")`` runs one step and expects it to succeed."""
    archive, variables = zipped(deployer.endpoint_url), environment(AWS_ENDPOINT_URL=deployer.endpoint_url)

    def run(step: str) -> None:
        python("-m", "bench.floor", step, archive, variables=variables)

    return run


def test_deployer_and_floor_find_nothing_to_do_after_the_floor(deployer: Stack, floor: Floor) -> None:
    floor("up")
    floor("noop")
    plan = deployer.run("plan", "qr", "--check")
    assert plan.returncode == 0, plan.stdout


def test_floor_finds_all_as_wanted_after_the_deployer(deployer: Stack, floor: Floor) -> None:
    deployer.json("up", "qr")
    floor("noop")


def test_floor_deletes_all_that_the_deployer_makes(deployer: Stack, floor: Floor) -> None:
    deployer.json("up", "qr")
    floor("down")
    assert deployer.json("down")["changes"] == []


IMAGES, SITE = "skiff-bench-qr-images-09fb161d", "skiff-bench-qr-site-09fb161d"
PAGE = {"Bucket": SITE, "Key": "index.html", "ContentType": "text/html; charset=utf-8"}
SETTINGS = {"Bucket": SITE, "Key": "settings.json", "ContentType": "application/json", "CacheControl": "no-store"}
NO_HTML = {"IndexDocument": {"Suffix": "index.htm"}, "ErrorDocument": {"Key": "404.htm"}}
CHANGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "retention": (
        "logs",
        "put_retention_policy",
        {"logGroupName": "/aws/lambda/skiff-bench-qr-generator", "retentionInDays": 7},
    ),
    "versioning": (
        "s3",
        "put_bucket_versioning",
        {"Bucket": IMAGES, "VersioningConfiguration": {"Status": "Enabled"}},
    ),
    "website": ("s3", "put_bucket_website", {"Bucket": SITE, "WebsiteConfiguration": NO_HTML}),
    "content": ("s3", "put_object", {**PAGE, "CacheControl": "no-cache", "Body": b"elsewhere"}),
    "cache": ("s3", "put_object", {**PAGE, "CacheControl": "no-store", "Body": files()[PAGE["Key"]].read_bytes()}),
    "missing": ("s3", "delete_object", {"Bucket": SITE, "Key": "icon.svg"}),
    "settings": ("s3", "put_object", {**SETTINGS, "Body": b'{"api": "elsewhere"}'}),
}


@pytest.mark.parametrize(("service", "operation", "arguments"), CHANGES.values(), ids=CHANGES)
def test_floor_notices_what_is_not_as_wanted(
    deployer: Stack,
    floor: Floor,
    client: Callable[[str], Any],
    service: str,
    operation: str,
    arguments: dict[str, Any],
) -> None:
    floor("up")
    getattr(client(service), operation)(**arguments)
    with pytest.raises(StepFailed, match="not as wanted"):
        floor("noop")
