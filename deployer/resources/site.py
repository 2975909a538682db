"""Static websites: pages in a public bucket of their own, served by S3."""

from __future__ import annotations

import functools
import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import Field

from deployer.errors import PackageError
from deployer.files import files_below
from deployer.resource import Properties, Spec, Texts
from deployer.s3 import (
    BATCH,
    POLICY,
    PUBLIC_ACCESS_BLOCK,
    TAGS,
    Aspect,
    S3Bucket,
    access_block,
    delete_objects,
    policy,
    public_read,
)

if TYPE_CHECKING:
    from deployer.aws import Aws

_OTHERS = ("ContentEncoding", "ContentDisposition", "ContentLanguage", "Expires", "WebsiteRedirectLocation")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_KEY_LIMIT = 1024

SETTINGS = "settings.json"
_INDEX, _ERROR = "index.html", "404.html"

# A name with a hash in it never means other content, unlike one with a date. All others, and pages, are asked for
# again, which an ETag makes cheap.
_HASHED = re.compile(r"[.-](?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,}\.(?!html?$)")
_FOREVER, _ASK = "max-age=31536000, immutable", "no-cache"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff2": "font/woff2",
}

# Elsewhere the website's address has a dot: https://docs.aws.amazon.com/general/latest/gr/s3.html
_DASHED = frozenset(
    [
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "eu-west-1",
        "sa-east-1",
        "us-gov-west-1",
    ]
)

_WEBSITE = Aspect(
    "Website",
    "bucket_website",
    "NoSuchWebsiteConfiguration",
    lambda answer: {key: value for key, value in answer.items() if key != "ResponseMetadata"},
    lambda want: {"WebsiteConfiguration": want},
)


@dataclass(frozen=True)
class File:
    """A file of a site: two are equal when browsers get the same.

    Attributes:
        etag: the MD5 of the content, as S3's.
        others: what else it says of itself, which no file of ours does.
    """

    etag: str
    type: str
    cache: str
    others: tuple[str, ...] = ()
    path: Path | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return ", ".join((self.type, self.cache, *self.others, f"md5 {self.etag[:8]}…"))


class SiteSpec(Spec):
    """Pages for browsers, at an address of their own."""

    pages: Texts = Field(
        description="Their folder, from the folder of this file; of several, the files of a later one win."
    )
    settings: dict[str, str] = Field(
        {}, description="What the pages find in settings.json, beside them; may hold ${...} references."
    )


class Site(S3Bucket):
    kind = "site"
    section = "site"
    single = True
    adoptable = False  # what is not among its pages would go
    deleted_after = ("settings",)
    Spec = SiteSpec
    attributes = ("url", "origin", "name", "arn", "region", "stage")
    aspects = (TAGS, PUBLIC_ACCESS_BLOCK, POLICY, _WEBSITE)
    permissions = (
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketWebsite",
        "s3:GetObject",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketWebsite",
        "s3:PutObject",
        "s3:TagResource",
    )

    _files: dict[str, File] | None = None

    def check(self) -> None:
        super().check()
        error, place = self.app.lines.error, (*self.place, "pages")
        for folder in self.spec.pages:
            if not Path(self.stack.root, folder).is_dir():
                text = f"the folder '{folder}' does not exist"
                raise error(place, text, f"paths start at the folder of {self.app.lines.file.name}")
        if self._find(_INDEX) is None:
            text = f"there is no {_INDEX} in '{', '.join(self.spec.pages)}'"
            raise error(place, text, "it is the page that a visitor sees first")
        if settings := self._find(SETTINGS):
            text = f"'{settings}' would be overwritten: it is made from 'settings'"
            raise error(place, text, "move its content to 'settings', and delete it")

    def _find(self, name: str) -> Path | None:
        """The path of a file that stands directly in one of the folders, from the folder of the configuration."""
        paths = (Path(folder, name) for folder in self.spec.pages)
        return next((path for path in paths if (self.stack.root / path).is_file()), None)

    def sources(self) -> list[Path]:
        return [Path(self.stack.root, folder) for folder in self.spec.pages]

    def prepare(self) -> None:
        self._files = {key: file for folder in self.sources() for key, file in _files(folder)}

    def desired(self) -> Properties:
        website: Properties = {"IndexDocument": {"Suffix": _INDEX}}
        if self._find(_ERROR):
            website["ErrorDocument"] = {"Key": _ERROR}
        return {
            "Tags": self.tags,
            "PublicAccessBlock": access_block(public=True),
            "Policy": policy(public_read(self.static()["arn"])),
            "Website": website,
            "Files": self._files,
        }

    def static(self) -> dict[str, str]:
        origin = self._origin()
        urls = {"url": f"{origin}/", **self._by_path()}
        return {**urls, "origin": origin, **super().static(), "region": self.stack.region, "stage": self.stack.stage}

    def _by_path(self) -> dict[str, str]:
        """On an emulator of this machine: the address for programs, which seldom resolve names below localhost."""
        if not _is_local(self.stack.endpoint_url):
            return {}
        return {"local_url": f"{self.stack.endpoint_url}/_aws/s3-website/{self.physical}/"}

    def _origin(self) -> str:
        stack = self.stack
        if stack.endpoint_url:
            emulator = urlsplit(stack.endpoint_url)
            # Browsers take every name below localhost for this machine.
            host = "localhost" if _is_local(stack.endpoint_url) else emulator.hostname
            port = f":{emulator.port}" if emulator.port else ""
            return f"{emulator.scheme}://{self.physical}.s3-website.{host}{port}"
        separator = "-" if stack.region in _DASHED else "."
        return f"http://{self.physical}.s3-website{separator}{stack.region}.{stack.dns_suffix}"

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        have = super().observe(aws, name)
        if have is None:
            return None
        keys = [item["Key"] for item in have["Files"] if item["Key"] != SETTINGS]
        heads = aws.together(*(partial(_head, aws, name, key) for key in keys))
        changed = max((item["LastModified"] for item in have["Files"]), default=have["Created"])
        found = {key: head for key, head in zip(keys, heads, strict=True) if head}
        return {**have, "Files": found, "Changed": changed}

    @classmethod
    def contents(cls, aws: Aws, name: str) -> dict[str, Callable[[], Any]]:
        return {"Files": partial(aws.pages, "s3", "list_objects_v2", "Contents", absent="NoSuchBucket", Bucket=name)}

    @classmethod
    def write(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        aws.together(
            partial(_upload, aws, name, have.get("Files", {}), want["Files"]),
            partial(super().write, aws, name, have, want),
        )


def _is_local(endpoint_url: str | None) -> bool:
    return urlsplit(endpoint_url or "").hostname in ("127.0.0.1", "localhost", "::1")


def _files(folder: Path) -> Iterator[tuple[str, File]]:
    """Key and file of everything in a folder that belongs to its pages."""
    for path in files_below(folder):
        key = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PackageError(f"'{path}' leads out of the folder, and would be public", "copy what it leads to")
        if not key.isprintable() or len(key.encode()) > _KEY_LIMIT:
            text = f"the name of {key!r} cannot be a key in S3"
            raise PackageError(text, f"it takes {_KEY_LIMIT:,} bytes without control characters")
        with path.open("rb") as content:
            etag = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        yield key, File(etag, _type(path.name), _cache(path.name), path=path)


def _type(name: str) -> str:
    return _TYPES.get(Path(name).suffix.lower()) or _others().guess_type(name)[0] or "application/octet-stream"


@functools.cache
def _others() -> mimetypes.MimeTypes:
    """Python's own table, not the machine's, so that a site is the same from wherever it is deployed."""
    return mimetypes.MimeTypes()


def _cache(name: str) -> str:
    return _FOREVER if _HASHED.search(name) else _ASK


def _head(aws: Aws, name: str, key: str) -> File | None:
    head = aws.find("s3", "head_object", absent="404", Bucket=name, Key=key)
    if head is None:
        return None
    others = tuple(f"{name}: {head[name]}" for name in _OTHERS if head.get(name))
    return File(head["ETag"].strip('"'), head["ContentType"], head.get("CacheControl", ""), others)


def _upload(aws: Aws, name: str, have: dict[str, File], want: dict[str, File]) -> None:
    """Send what differs: pages after what they show, and deletions last, so that no visitor sees half a site."""
    changed = {key: file for key, file in want.items() if have.get(key) != file}
    pages = {key: file for key, file in changed.items() if key.endswith(".html")}
    for batch in (changed.keys() - pages.keys(), pages.keys()):
        aws.together(*(partial(_put_file, aws, name, key, changed[key]) for key in sorted(batch)))
    gone = [{"Key": key} for key in have.keys() - want.keys()]
    for start in range(0, len(gone), BATCH):
        delete_objects(aws, name, gone[start : start + BATCH])


def _put_file(aws: Aws, name: str, key: str, file: File) -> None:
    assert file.path is not None
    about = {"ContentType": file.type, "CacheControl": file.cache}
    with file.path.open("rb") as body:
        aws.call("s3", "put_object", Bucket=name, Key=key, Body=body, **about)
