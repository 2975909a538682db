"""A site's settings.json: what its pages are told of the stack.

It waits for the API that it names while the site does not. It is an object in the site's bucket: who owns the one
owns the other.
"""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from deployer.resource import ID_TAG, STACK_TAG, Properties, Resource
from deployer.resources.site import SETTINGS, Site
from deployer.s3 import buckets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.app import App
    from deployer.aws import Aws

# Another stage has other settings, and so may the next deployment.
_TYPE, _CACHE = "application/json", "no-store"


class Settings(Resource):
    kind = "settings"
    tagged = adoptable = False
    permissions = (
        "s3:DeleteObject",
        "s3:GetBucketTagging",
        "s3:GetObject",
        "s3:ListAllMyBuckets",
        "s3:PutObject",
    )

    @classmethod
    def declare(cls, app: App) -> Iterator[Resource]:
        for name, site in app.section("site").items():
            if site.settings:
                yield cls(app, name, site)

    @property
    def physical(self) -> str:
        return f"{Site(self.app, self.name).physical}/{SETTINGS}"

    @property
    def after(self) -> frozenset[str]:
        return frozenset({f"{self.app.name}.site.{self.name}"})

    def check(self) -> None:
        self.desired()

    def desired(self) -> Properties:
        place = self.app.place("site", "settings")
        texts = {key: self.app.text(text, (*place, key)) for key, text in self.spec.settings.items()}
        return {"Content": texts, "ContentType": _TYPE, "CacheControl": _CACHE}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        buckets = {name: tags for name, tags in Site.candidates(aws).items() if tags.get(STACK_TAG) == aws.stack.mark}
        ours = {name: tags for name, tags in buckets.items() if f".{Site.kind}." in tags.get(ID_TAG, "")}
        found = aws.together(*(partial(cls.observe, aws, f"{name}/{SETTINGS}") for name in ours))
        return {
            f"{name}/{SETTINGS}": {**tags, ID_TAG: tags[ID_TAG].replace(".site.", ".settings.")}
            for (name, tags), have in zip(ours.items(), found, strict=True)
            if have
        }

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        bucket, _, key = name.partition("/")
        if aws.remembers and bucket not in buckets(aws, aws.listed(bucket)):  # others may have one of that name
            return None
        answer = aws.find("s3", "get_object", absent=("NoSuchKey", "NoSuchBucket"), Bucket=bucket, Key=key)
        return answer and {
            "Content": _content(answer["Body"]),
            "ContentType": answer["ContentType"],
            "CacheControl": answer.get("CacheControl"),
            "Changed": answer["LastModified"],
        }

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        aws.create("s3", "put_object", **_object(name, want), IfNoneMatch="*")

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        aws.call("s3", "put_object", **_object(name, want))

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        bucket, _, key = name.partition("/")
        aws.find("s3", "delete_object", absent="NoSuchBucket", Bucket=bucket, Key=key)


def _object(name: str, want: Properties) -> dict[str, Any]:
    bucket, _, key = name.partition("/")
    body = json.dumps(want["Content"], indent=2) + "\n"
    about = {name: want[name] for name in ("ContentType", "CacheControl")}
    return {"Bucket": bucket, "Key": key, "Body": body.encode(), **about}


def _content(body: bytes) -> Any:
    """The settings as they are there; what is no JSON is drift like any other."""
    text = body.decode(errors="replace")
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)
    return text
