"""What is timed as an upload is one: the photo arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.upload import upload
from tests.conftest import StackMaker


def test_a_photo_that_is_uploaded_is_in_the_bucket(stack: StackMaker, client: Callable[[str], Any]) -> None:
    outputs = stack().json("up", "photo")["outputs"]["photo"]
    upload(outputs["api.url"], b"photo")
    bucket = {"Bucket": outputs["buckets.photos.name"]}
    (found,) = client("s3").list_objects_v2(**bucket)["Contents"]
    assert client("s3").get_object(**bucket, Key=found["Key"])["Body"].read() == b"photo"
