"""What buckets' lifecycle rules say, done for a time that is asked for.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import S3DeleteMarker, s3_stores
from localstack.services.s3.provider import generate_version_id
from localstack.services.s3.utils import get_unique_key_id

from localdev.services.s3.lifecycle_events import DELETED, MARKED, MOVED, tell

SMALL = 128 * 1024  # bytes; by default smaller objects stay in their storage class


def expire(at: float) -> Counter[str]:
    """Counts what went: ``objects`` (versions, for good), ``delete_markers`` (made), ``uploads``; ``transitions``."""
    counts: Counter[str] = Counter(objects=0, delete_markers=0, uploads=0, transitions=0)
    moment = datetime.fromtimestamp(at, UTC)
    for regions in list(s3_stores.values()):
        buckets = {
            name: (store, bucket) for store in list(regions.values()) for name, bucket in list(store.buckets.items())
        }
        for store, bucket in buckets.values():
            rules = [rule for rule in bucket.lifecycle_rules or [] if rule["Status"] == "Enabled"]
            if rules:
                Lifecycle(store, bucket, rules, moment, counts).apply()
    return counts


class Lifecycle:
    """The rules of one bucket at one moment."""

    def __init__(self, store: Any, bucket: Any, rules: list[Any], moment: datetime, counts: Counter[str]) -> None:
        self.store = store
        self.bucket = bucket
        self.rules = rules
        self.moment = moment
        self.counts = counts
        service: Any = SERVICE_PLUGINS.require("s3")
        self.storage = service._provider._storage_backend
        self.dispatcher = service._provider._notification_dispatcher

    def apply(self) -> None:
        for versions in self.versions():
            current, *noncurrent = versions
            kept = [version for rank, version in enumerate(noncurrent) if not self.expired_noncurrent(versions, rank)]
            for version in noncurrent:
                if version not in kept:
                    self.delete(version)
            if isinstance(current, S3DeleteMarker):
                if not kept and self.marker_is_over(current):
                    self.delete(current)
            elif any(self.is_over(rule.get("Expiration", {}), current.last_modified) for rule in self.of(current)):
                self.expire_current(current)
            else:
                self.move(current, [each for rule in self.of(current) for each in rule.get("Transitions", [])])
        for upload in list(self.bucket.multiparts.values()):
            limits = (rule.get("AbortIncompleteMultipartUpload") for rule in self.of(upload.object))
            if any(limit and self.passed(upload.initiated, limit["DaysAfterInitiation"]) for limit in limits):
                self.bucket.multiparts.pop(upload.id)
                self.storage.remove_multipart(self.bucket.name, upload)
                self.counts["uploads"] += 1

    def versions(self) -> Iterator[list[Any]]:
        """Those of each key, the current one first."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        versioned = {"with_versions": True} if self.bucket.versioning_status else {}
        for version in self.bucket.objects.values(**versioned):
            found[version.key].insert(0, version)
        yield from found.values()

    def of(self, version: Any) -> list[Any]:
        return [rule for rule in self.rules if self.concerns(rule, version)]

    def concerns(self, rule: Any, version: Any) -> bool:
        given = rule.get("Filter") or {}
        wanted = {"Prefix": rule.get("Prefix", "")} | given | given.get("And", {})
        tags = [*wanted.get("Tags", []), *([wanted["Tag"]] if "Tag" in wanted else [])]
        size = getattr(version, "size", None) or 0
        name = get_unique_key_id(self.bucket.name, version.key, version.version_id)
        has = self.store.TAGS.tags.get(name, {})
        return (
            version.key.startswith(wanted["Prefix"] or "")
            and size > wanted.get("ObjectSizeGreaterThan", -1)
            and size < wanted.get("ObjectSizeLessThan", size + 1)
            and all(has.get(tag["Key"]) == tag["Value"] for tag in tags)
        )

    def passed(self, since: datetime, days: int) -> bool:
        """Days count from the midnight, in UTC, that follows."""
        midnight = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.moment >= midnight + timedelta(days=days + 1)

    def is_over(self, limit: Any, since: datetime) -> bool:
        if "Date" in limit:
            return bool(self.moment >= limit["Date"])
        return "Days" in limit and self.passed(since, limit["Days"])

    def expired_noncurrent(self, versions: list[Any], rank: int) -> bool:
        """A version is noncurrent since there is a newer one; ``rank`` counts from the newest of them, 0."""
        version, since = versions[rank + 1], versions[rank].last_modified
        if version.is_locked():
            return False
        limits = [rule.get("NoncurrentVersionExpiration") for rule in self.of(version)]
        return any(
            limit
            and rank >= limit.get("NewerNoncurrentVersions", 0)
            and self.passed(since, limit.get("NoncurrentDays", 0))
            for limit in limits
        )

    def marker_is_over(self, marker: Any) -> bool:
        limits = [rule.get("Expiration", {}) for rule in self.of(marker)]
        return any(
            limit.get("ExpiredObjectDeleteMarker") or self.is_over(limit, marker.last_modified) for limit in limits
        )

    def expire_current(self, current: Any) -> None:
        if not self.bucket.versioning_status:
            self.delete(current)
            return
        name = str(generate_version_id(self.bucket.versioning_status))
        marker = S3DeleteMarker(current.key, name)
        if current.version_id == name:  # "null", of a bucket whose versioning is suspended
            self.remove(current)
        self.bucket.objects.set(current.key, marker)
        self.counts["delete_markers"] += 1
        self.tell(MARKED, marker)

    def tell(self, what: str, version: Any) -> None:
        tell(self.dispatcher, self.bucket, what, version)

    def delete(self, version: Any) -> None:
        self.remove(version)
        self.tell(DELETED, version)

    def remove(self, version: Any) -> None:
        if self.bucket.versioning_status:
            self.bucket.objects.pop(version.key, version.version_id)
        else:
            self.bucket.objects.pop(version.key)
        if not isinstance(version, S3DeleteMarker):
            self.storage.remove(self.bucket.name, version)
            name = get_unique_key_id(self.bucket.name, version.key, version.version_id)
            self.store.TAGS.tags.pop(name, None)
        self.counts["objects"] += 1

    def move(self, version: Any, transitions: list[Any]) -> None:
        """To the class of the transition that came last, which is all there is to it here."""
        smallest = 0 if self.bucket.transition_default_minimum_object_size == "varies_by_storage_class" else SMALL
        due = [each for each in transitions if self.is_over(each, version.last_modified)]
        if due and version.size >= smallest:
            last = max(due, key=lambda each: each.get("Days", 0))
            if version.storage_class != last["StorageClass"]:
                version.storage_class = last["StorageClass"]
                self.counts["transitions"] += 1
                self.tell(MOVED, version)
