"""S3: objects' contents, a file each, which is written once: an object is never changed, only replaced."""

# mypy: allow-untyped-calls
from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import S3Bucket, S3DeleteMarker, S3Object, s3_stores

from localdev.state.files import replaced
from localdev.state.part import Part, Reduced, Reducers, as_it_is

CONTENTS = "objects"
NAME = "content_kept_by_localdev"


class Service(Part):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._contents = folder / CONTENTS
        self._contents.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._written = {path.name for path in self._contents.iterdir()}
        self._used: set[str] = set()
        self._bucket = ""  # the one that is being written; an object does not say which it is in
        provider: Any = SERVICE_PLUGINS.require("s3").lifecycle_hook
        self._storage = provider._storage_backend

    def reducers(self) -> Reducers:
        return {S3Bucket: self._reduce_bucket, S3Object: self._reduce_object}

    def restore(self, kept: Any) -> None:
        for _, _, store in s3_stores.iter_stores():
            for name in store.buckets:
                self._storage.create_bucket(name)
        for bucket_name, each in _objects():
            etag = each.etag
            with (
                (self._contents / vars(each)[NAME]).open("rb") as kept_content,
                self._storage.open(bucket_name, each, mode="w") as content,
            ):
                content.write(kept_content)
            each.etag = etag  # writing counts it as of an upload in one part

    def clear(self) -> None:
        for path in self._contents.iterdir():
            if path.name not in self._used:
                path.unlink()

    def _reduce_bucket(self, of: S3Bucket) -> Reduced:
        self._bucket = of.name
        return as_it_is(of, multiparts={})  # the parts of uploads that are under way are not kept

    def _reduce_object(self, of: S3Object) -> Reduced:
        name = vars(of).setdefault(NAME, uuid.uuid4().hex)
        self._used.add(name)
        if name not in self._written:
            self._write(of, self._contents / name)
            self._written.add(name)
        return as_it_is(of)

    def _write(self, of: S3Object, path: Path) -> None:
        storage = self._storage
        if storage._get_object_file(self._bucket, storage._key_from_s3_object(of)) is None:
            raise RuntimeError(f"{of.key} was deleted meanwhile")  # opening it would make an empty one
        with storage.open(self._bucket, of, mode="r") as content, replaced(path) as file:
            shutil.copyfileobj(content, file)


def _objects() -> Iterator[tuple[str, Any]]:
    """Each with its bucket."""
    for _, _, store in s3_stores.iter_stores():
        for name, bucket in store.buckets.items():
            yield from (
                (name, each)
                for each in bucket.objects.values(with_versions=True)
                if not isinstance(each, S3DeleteMarker)
            )
