"""The objects of a bucket, page by page, and previews of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localdev.console.parts import when
from localdev.console.place import NoSuchThing, Place

PAGE = 100
PREVIEWED = 64 * 1024  # bytes of a text
IMAGE_LIMIT = 20 * 1024 * 1024  # bytes
CHUNK = 1024 * 1024
# By what they hold: what somebody said when storing them can be wrong, or meant to deceive.
IMAGES = {
    (0, b"\x89PNG\r\n\x1a\n"): "image/png",
    (0, b"\xff\xd8\xff"): "image/jpeg",
    (0, b"GIF8"): "image/gif",
    (8, b"WEBP"): "image/webp",
    (4, b"ftypavif"): "image/avif",
}
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Listing:
    """One page of a folder. after: what to ask for the next page with; empty on the last one."""

    folders: list[str]
    objects: list[dict[str, Any]]
    after: str


def listing(place: Place, bucket: str, prefix: str, after: str) -> Listing:
    """Raises NoSuchThing for an ``after`` that no listing gave."""
    try:
        base64.urlsafe_b64decode(after).decode()
    except ValueError:
        raise NoSuchThing(after) from None
    more = {"ContinuationToken": after} if after else {}
    found = place.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=PAGE, **more)
    return Listing(
        folders=[each["Prefix"] for each in found.get("CommonPrefixes", [])],
        objects=[
            {"key": each["Key"], "size": each["Size"], "changed": when(each["LastModified"])}
            for each in found.get("Contents", [])
        ],
        after=found.get("NextContinuationToken", ""),
    )


def preview(place: Place, bucket: str, key: str) -> dict[str, Any]:
    """What is known of an object, and of a text its beginning. ``shown``: text, image or nothing."""
    client = place.client("s3")
    answer = client.get_object(Bucket=bucket, Key=key)
    with answer["Body"] as body:
        head = body.read(PREVIEWED)
    known = {
        "key": key,
        "size": answer["ContentLength"],
        "type": answer.get("ContentType", ""),
        "changed": when(answer["LastModified"]),
        "etag": answer["ETag"].strip('"'),
        "encryption": answer.get("ServerSideEncryption", ""),
        "version": answer.get("VersionId", ""),
        "metadata": answer.get("Metadata", {}),
        "versions": _versions(client, bucket, key) if "VersionId" in answer else 0,
    }
    whole = answer["ContentLength"] <= PREVIEWED
    if image_type(head, known["type"]):
        return {**known, "shown": "image" if answer["ContentLength"] <= IMAGE_LIMIT else "nothing"}
    text = _text(head, whole)
    if text is None:
        return {**known, "shown": "nothing"}
    return {**known, "shown": "text", "text": _pretty(text) if whole else text, "whole": whole}


def content(place: Place, bucket: str, key: str) -> tuple[str | None, int, Iterator[bytes]]:
    """An object's type if it is an image, its size and its bytes."""
    answer = place.client("s3").get_object(Bucket=bucket, Key=key)
    body = answer["Body"]
    head = body.read(PREVIEWED)

    def chunks() -> Iterator[bytes]:
        with body:
            yield head
            yield from body.iter_chunks(CHUNK)

    return image_type(head, answer.get("ContentType", "")), answer["ContentLength"], chunks()


def image_type(head: bytes, said: str) -> str | None:
    """Its media type if it is an image that browsers show."""
    if said.partition(";")[0].strip().lower() == SVG and b"<svg" in head:
        return SVG
    return next((known for (start, mark), known in IMAGES.items() if head.startswith(mark, start)), None)


def _text(head: bytes, whole: bool) -> str | None:
    if b"\0" in head:
        return None
    # A character may be cut in two at the end.
    for cut in range(1 if whole else 4):
        try:
            return head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
    return None


def _pretty(text: str) -> str:
    if text[:1] not in "{[":
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # the latter for what is nested too deeply
        return text


def _versions(client: Any, bucket: str, key: str) -> int:
    found = client.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=PAGE)
    return sum(each["Key"] == key for each in found.get("Versions", []))
