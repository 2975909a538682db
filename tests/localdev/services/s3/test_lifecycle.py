"""Lifecycle rules, done when told to: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localdev.emulator import Emulator
from tests.localdev.queues import Queue

DAY = 24 * 3600  # seconds
BY_S3 = {"principalId": "s3.amazonaws.com"}
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"  # the MD5 of nothing


@pytest.fixture
def rules(client: Callable[..., Any]) -> Callable[..., None]:
    """Sets a bucket's rules, each ``{}`` but for what is said of it."""

    def set_rules(bucket: str, *said: dict[str, Any]) -> None:
        rules = [{"ID": str(number), "Status": "Enabled", "Filter": {}} | rule for number, rule in enumerate(said)]
        client("s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})

    return set_rules


@pytest.fixture
def after(expire: Callable[..., Any]) -> Callable[[float], dict[str, int]]:
    """As if so many midnights (UTC) had passed; half a day is left until the next one.

    None must pass meanwhile, so what would begin in the last minute of a day begins after it.
    """
    left = DAY - time.time() % DAY
    if left < 60:
        time.sleep(left)

    def after(midnights: float) -> dict[str, int]:
        today = time.time() // DAY * DAY
        counts: dict[str, int] = expire(today + (midnights + 0.5) * DAY)
        return counts

    return after


def keys(s3: Any, bucket: str) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def versions(s3: Any, bucket: str) -> list[tuple[str, bool]]:
    """Of each version its id and whether it is a delete marker, the newest first."""
    listed = s3.list_object_versions(Bucket=bucket)
    found = [(each, kind == "DeleteMarkers") for kind in ("DeleteMarkers", "Versions") for each in listed.get(kind, [])]
    return [(each["VersionId"], marker) for each, marker in sorted(found, key=lambda one: not one[0]["IsLatest"])]


@pytest.mark.feature("S3", "lifecycle: expiration", partly="when `localdev expire` says so")
class TestExpiration:
    def test_days_are_counted_from_the_next_midnight(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        s3, name = client("s3"), bucket()
        s3.put_object(Bucket=name, Key="key", Body=b"x")
        rules(name, {"Expiration": {"Days": 2}})
        after(2)
        assert keys(s3, name) == ["key"]
        after(3)
        assert keys(s3, name) == []

    def test_a_date(self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any) -> None:
        s3, name = client("s3"), bucket()
        s3.put_object(Bucket=name, Key="key", Body=b"x")
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        rules(name, {"Expiration": {"Date": today + timedelta(days=5)}})
        after(4)
        assert keys(s3, name) == ["key"]
        after(5)
        assert keys(s3, name) == []

    def test_filters(self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any) -> None:
        """By prefix, tag, size, several at once, or with a rule that is disabled."""
        s3, name = client("s3"), bucket()
        objects = {"log/a": ("", 1), "tagged": ("old=yes", 1), "old=no": ("old=no", 1), "big": ("", 100)}
        objects |= {
            "both/tagged": ("both=yes", 50),
            "both/not": ("", 50),
            "both/small": ("both=yes", 1),
            "both/large": ("both=yes", 51),
            "off/a": ("", 1),
        }
        for key, (tags, size) in objects.items():
            s3.put_object(Bucket=name, Key=key, Body=b"x" * size, Tagging=tags)
        both = {"Prefix": "both/", "Tags": [{"Key": "both", "Value": "yes"}], "ObjectSizeGreaterThan": 1}
        filters = [
            {"Prefix": "log/"},
            {"Tag": {"Key": "old", "Value": "yes"}},
            {"ObjectSizeGreaterThan": 99},
            {"And": both | {"ObjectSizeLessThan": 51}},
        ]
        expired = [{"Filter": each, "Expiration": {"Days": 1}} for each in filters]
        off = {"Filter": {"Prefix": "off/"}, "Expiration": {"Days": 1}, "Status": "Disabled"}
        rules(name, *expired, off)
        after(2)
        assert sorted(keys(s3, name)) == ["both/large", "both/not", "both/small", "off/a", "old=no"]


@pytest.mark.feature("S3", "lifecycle: versions, delete markers", partly="when `localdev expire` says so")
class TestVersions:
    def test_the_current_version_gets_a_delete_marker(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        s3, name = client("s3"), bucket("Enabled")
        kept = s3.put_object(Bucket=name, Key="key", Body=b"x")["VersionId"]
        rules(name, {"Expiration": {"Days": 1}})
        assert after(2)["delete_markers"] >= 1
        assert [(version == kept, marker) for version, marker in versions(s3, name)] == [(False, True), (True, False)]
        again = versions(s3, name)
        after(2)
        assert versions(s3, name) == again

    def test_without_versions_any_more_the_object_is_replaced(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        """A bucket whose versioning is suspended keeps what has an id, and replaces what has none."""
        s3, name = client("s3"), bucket("Suspended")
        s3.put_object(Bucket=name, Key="key", Body=b"x")
        rules(name, {"Expiration": {"Days": 1}})
        counts = after(2)
        assert min(counts["objects"], counts["delete_markers"]) >= 1
        assert versions(s3, name) == [("null", True)]

    def test_noncurrent_versions_but_the_newest(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        s3, name = client("s3"), bucket("Enabled")
        made = [s3.put_object(Bucket=name, Key="key", Body=b"x")["VersionId"] for _ in range(4)]
        rules(name, {"NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 1}})
        after(3)
        assert len(versions(s3, name)) == 4
        after(4)
        assert {version for version, _ in versions(s3, name)} == set(made[2:])

    def test_a_locked_version_stays(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        s3, name = client("s3"), f"{bucket()}-locked"
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
        locked = s3.put_object(Bucket=name, Key="key", Body=b"x", ObjectLockLegalHoldStatus="ON")["VersionId"]
        s3.put_object(Bucket=name, Key="key", Body=b"x")
        s3.put_object(Bucket=name, Key="key", Body=b"x")
        rules(name, {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}})
        after(2)
        assert locked in {version for version, _ in versions(s3, name)}
        assert len(versions(s3, name)) == 2

    def test_a_marker_that_marks_nothing_goes(
        self, client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any
    ) -> None:
        s3, name = client("s3"), bucket("Enabled")
        s3.delete_object(Bucket=name, Key="nothing")
        s3.put_object(Bucket=name, Key="something", Body=b"x")
        s3.delete_object(Bucket=name, Key="something")
        rules(name, {"Expiration": {"ExpiredObjectDeleteMarker": True}})
        after(0)
        listed = s3.list_object_versions(Bucket=name)
        assert [marker["Key"] for marker in listed["DeleteMarkers"]] == ["something"]


@pytest.mark.feature("S3", "lifecycle: uploads that were never completed", partly="when `localdev expire` says so")
def test_uploads(client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any) -> None:
    s3, name = client("s3"), bucket()
    for key in ("in/a", "out/a"):
        s3.create_multipart_upload(Bucket=name, Key=key)
    rules(name, {"Filter": {"Prefix": "in/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}})
    after(1)
    assert len(s3.list_multipart_uploads(Bucket=name)["Uploads"]) == 2
    assert after(2)["uploads"] >= 1
    assert [upload["Key"] for upload in s3.list_multipart_uploads(Bucket=name)["Uploads"]] == ["out/a"]


@pytest.mark.feature(
    "S3",
    "lifecycle: transitions",
    partly="when `localdev expire` says so, of current versions; the storage class changes and nothing else",
)
def test_transitions(client: Callable[..., Any], bucket: Callable[..., str], rules: Any, after: Any) -> None:
    """lifecycle-transition-general-considerations.html: nothing below 128 KB."""
    s3, name = client("s3"), bucket()
    for key, size in {"large": 128 * 1024, "small": 1000}.items():
        s3.put_object(Bucket=name, Key=key, Body=b"x" * size)
    later = [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 60, "StorageClass": "GLACIER"}]
    rules(name, {"Transitions": later})

    def classes() -> dict[str, str]:
        return {found["Key"]: found["StorageClass"] for found in s3.list_objects_v2(Bucket=name)["Contents"]}

    after(31)
    assert classes() == {"large": "STANDARD_IA", "small": "STANDARD"}
    after(61)
    assert classes() == {"large": "GLACIER", "small": "STANDARD"}


class TestEvents:
    """notification-content-structure.html and ev-events.html of the same guide."""

    @pytest.fixture
    def told(
        self, client: Any, bucket: Callable[..., str], inbox: Callable[..., Queue], rules: Any, after: Any
    ) -> Callable[[str | None, Any], tuple[Any, Any]]:
        """What a queue is told, and what EventBridge is, of an object that expires or moves."""

        def told(versioning: str | None, rule: Any) -> tuple[Any, Any]:
            s3, events, name, direct, routed = client("s3"), client("events"), bucket(versioning), inbox(), inbox()
            events.put_rule(Name=name, EventPattern=json.dumps({"detail": {"bucket": {"name": [name]}}}))
            events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": routed.arn}])
            s3.put_object(Bucket=name, Key="a key/ä", Body=b"x" * 200_000)
            wanted = {"QueueArn": direct.arn, "Events": ["s3:LifecycleExpiration:*", "s3:LifecycleTransition"]}
            said = {"QueueConfigurations": [wanted], "EventBridgeConfiguration": {}}
            s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=said)
            rules(name, rule)
            after(5)
            try:
                # S3 begins with a test event.
                [record] = [each["Records"][0] for each in direct.next_events(2) if "Records" in each]
                [event] = routed.next_events(1)
            finally:
                events.remove_targets(Rule=name, Ids=["queue"])
                events.delete_rule(Name=name)
            return record, event

        return told

    @pytest.mark.feature("S3", "lifecycle: events of what has expired or moved")
    def test_an_object_that_expired(self, told: Any) -> None:
        record, event = told(None, {"Expiration": {"Days": 1}})
        assert (record["eventName"], record["eventVersion"]) == ("LifecycleExpiration:Delete", "2.3")
        assert (record["userIdentity"], record["s3"]["object"]["key"]) == (BY_S3, "a+key/%C3%A4")
        assert not {"eTag", "size", "versionId"} & set(record["s3"]["object"])
        assert (event["detail-type"], event["detail"]["reason"]) == ("Object Deleted", "Lifecycle Expiration")
        assert event["detail"]["deletion-type"] == "Permanently Deleted"
        assert event["detail"]["requester"] == "s3.amazonaws.com"
        assert "source-ip-address" not in event["detail"]
        assert set(event["detail"]["object"]) == {"key", "sequencer"}
        assert event["detail"]["object"]["key"] == "a key/ä"

    @pytest.mark.feature("S3", "lifecycle: events of what has expired or moved")
    def test_a_delete_marker(self, told: Any) -> None:
        record, event = told("Enabled", {"Expiration": {"Days": 1}})
        thing = record["s3"]["object"]
        assert record["eventName"] == "LifecycleExpiration:DeleteMarkerCreated"
        assert (thing["eTag"], "size" in thing, len(thing["versionId"])) == (EMPTY, False, 32)
        assert event["detail"]["deletion-type"] == "Delete Marker Created"
        assert event["detail"]["object"]["version-id"] == thing["versionId"]

    @pytest.mark.feature("S3", "lifecycle: events of what has expired or moved")
    def test_an_object_that_moved(self, told: Any) -> None:
        record, event = told(None, {"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]})
        assert record["eventName"] == "LifecycleTransition"
        assert record["lifecycleEventData"] == {"transitionEventData": {"destinationStorageClass": "GLACIER"}}
        assert record["s3"]["object"]["size"] == 200_000
        assert event["detail-type"] == "Object Storage Class Changed"
        assert event["detail"]["destination-storage-class"] == "GLACIER"
        assert event["detail"]["object"]["size"] == 200_000


def test_by_the_command(
    client: Callable[..., Any],
    bucket: Callable[..., str],
    rules: Any,
    expire: Callable[..., Any],
    emulator: Emulator,
) -> None:
    s3, name = client("s3"), bucket()
    expire(time.time() + 3 * DAY)  # what others left must not count
    s3.put_object(Bucket=name, Key="key", Body=b"x")
    rules(name, {"Expiration": {"Days": 1}})

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "localdev", "expire", "--dir", str(emulator.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run().returncode == 0
    assert keys(s3, name) == ["key"]
    done = run("--at", (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 object\n" in done.stdout
    assert keys(s3, name) == []
    wrong = run("--at", "tomorrow")
    assert wrong.returncode == 2
    assert "Invalid value for '--at'" in wrong.stderr


@pytest.mark.parametrize(
    ("method", "query", "status"), [("GET", "", 405), ("POST", "?at=soon", 400), ("POST", "?at=1e99", 400)]
)
def test_what_is_asked_wrongly(emulator: Emulator, method: str, query: str, status: int) -> None:
    request = urllib.request.Request(f"{emulator.endpoint_url}/_localdev/expire{query}", method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value as answer:
        assert answer.code == status
        assert b'"hint"' in answer.read()
