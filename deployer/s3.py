"""What all kinds that are made of an S3 bucket share: the bucket and its aspects.

An aspect is one part of a bucket's configuration that has calls of its own: each is read, compared and written
by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from deployer.errors import AwsError, Foreign
from deployer.resource import Properties, Resource, tag_dict, tag_list
from deployer.sizes import size

if TYPE_CHECKING:
    from deployer.aws import Aws

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NAME_LIMIT = 63
BATCH = 1000  # keys a delete request may name
_COUNTED = 10_000  # objects, more than anybody loses lightly
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Aspect:
    """One part of a bucket's configuration.

    ``value`` and ``arguments`` translate between AWS's answer, the property, and the writing call;
    ``fresh`` is what a new bucket has.
    """

    property: str
    noun: str
    absent: str
    value: Callable[[Any], Any]
    arguments: Callable[[Any], dict[str, Any]]
    fresh: Any = None

    def read(self, aws: Aws, bucket: str) -> Any:
        answer = aws.find("s3", f"get_{self.noun}", absent=(self.absent, "NoSuchBucket"), Bucket=bucket)
        return None if answer is None else self.value(answer)

    def write(self, aws: Aws, bucket: str, want: Any) -> None:
        if want is None:
            aws.call("s3", f"delete_{self.noun.removesuffix('_configuration')}", Bucket=bucket)
        else:
            aws.call("s3", f"put_{self.noun}", Bucket=bucket, **self.arguments(want))


TAGS = Aspect(
    "Tags",
    "bucket_tagging",
    "NoSuchTagSet",
    lambda answer: tag_dict(answer["TagSet"]),
    lambda want: {"Tagging": {"TagSet": tag_list(want)}},
)


def access_block(public: bool) -> Properties:
    """ACLs stay off for good; what is public is so by the policy alone."""
    return {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": not public,
        "RestrictPublicBuckets": not public,
    }


PUBLIC_ACCESS_BLOCK = Aspect(
    "PublicAccessBlock",
    "public_access_block",
    "NoSuchPublicAccessBlockConfiguration",
    lambda answer: answer["PublicAccessBlockConfiguration"],
    lambda want: {"PublicAccessBlockConfiguration": want},
    fresh=access_block(public=False),
)

POLICY = Aspect(
    "Policy",
    "bucket_policy",
    "NoSuchBucketPolicy",
    lambda answer: json.loads(answer["Policy"]),
    lambda want: {"Policy": json.dumps(want)},
)


def policy(*statements: Properties) -> Properties | None:
    return {"Version": "2012-10-17", "Statement": list(statements)} if statements else None


def public_read(arn: str) -> Properties:
    """The statement that lets everyone get every object of a bucket, and no more."""
    return {
        "Sid": "PublicRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{arn}/*",
    }


class S3Bucket(Resource):
    """A kind whose resources are buckets. ``aspects``: in the order in which they are written."""

    namespace = "bucket"
    aspects: ClassVar[tuple[Aspect, ...]]

    @property
    def physical(self) -> str:
        return self.stack.global_name(self.app.name, self.name)

    def check(self) -> None:
        if len(self.physical) > _NAME_LIMIT:
            text = f"the bucket's name '{self.physical}' has {len(self.physical)} characters, S3 allows {_NAME_LIMIT}"
            raise self.app.lines.error(self.place, text, f"shorten the project, stage, app or {self.kind} name")

    def static(self) -> dict[str, str]:
        return {"name": self.physical, "arn": f"arn:{self.stack.partition}:s3:::{self.physical}"}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        names = list(buckets(aws, aws.stack.prefix))
        # What keeps its tags from us cannot be ours.
        absent = (TAGS.absent, "NoSuchBucket", "AccessDenied")
        ask = partial(aws.find, "s3", "get_bucket_tagging", absent=absent)
        found = aws.together(*(partial(ask, Bucket=name) for name in names))
        return {name: TAGS.value(answer) if answer else {} for name, answer in zip(names, found, strict=True)}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        listing = partial(buckets, aws, aws.listed(name))
        if aws.remembers and name not in listing():
            return None
        readers = {aspect.property: partial(aspect.read, aws, name) for aspect in cls.aspects} | cls.contents(aws, name)
        found, *values = aws.together(listing, *readers.values())
        if name not in found:
            return None
        have = dict(zip(readers, values, strict=True))
        return {**have, "Tags": have["Tags"] or {}, "Created": found[name]}

    @classmethod
    def contents(cls, aws: Aws, name: str) -> dict[str, Callable[[], Any]]:
        """Properties that are no aspects, and what reads each."""
        return {}

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        # Tagged in the same call: an interrupted deploy leaves nothing that we do not recognise. And in us-east-1 S3
        # says of a bucket that the account has already that it was made, but for a request with tags.
        configuration: dict[str, Any] = {"Tags": tag_list(want["Tags"])}
        if aws.stack.region != "us-east-1":  # which must not be named, while every other must
            configuration["LocationConstraint"] = aws.stack.region
        if aws.create("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=configuration):
            fresh = {aspect.property: aspect.fresh for aspect in cls.aspects}
            cls.write(aws, name, {**fresh, "Tags": want["Tags"]}, want)
        elif name not in buckets(aws, name):
            hint = "rename the resource or the project: all accounts share the names of buckets"
            raise Foreign(f"the name '{name}' is taken by a bucket of another account", hint)

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        # Tags are written as a whole, and those of others stay.
        cls.write(aws, name, have, {**want, "Tags": {**have["Tags"], **want["Tags"]}})

    @classmethod
    def write(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        """Write what differs, one after the other: S3 refuses parallel changes of one bucket."""
        for aspect in cls.aspects:
            if have[aspect.property] != want[aspect.property]:
                aspect.write(aws, name, want[aspect.property])

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        def gone() -> bool:
            _empty(aws, name)
            deleted = aws.find("s3", "delete_bucket", absent=("NoSuchBucket", "BucketNotEmpty"), Bucket=name)
            return deleted is not None or name not in buckets(aws, name)

        # Late writers, such as log delivery, may refill it meanwhile.
        aws.until(gone, "waiting for the bucket to be empty", seconds=600)


def buckets(aws: Aws, prefix: str) -> dict[str, datetime]:
    """Name to time of creation of the account's buckets whose names start so."""
    found = aws.pages("s3", "list_buckets", "Buckets", Prefix=prefix)
    return {bucket["Name"]: bucket["CreationDate"] for bucket in found}


def held(aws: Aws, name: str) -> str:
    """How many objects, former versions included, and how many bytes a bucket holds, for people."""
    counted = {"MaxItems": _COUNTED}
    versions = aws.pages(
        "s3", "list_object_versions", "Versions", absent="NoSuchBucket", Bucket=name, PaginationConfig=counted
    )
    if not versions:
        return ""
    more = "more than " if len(versions) == _COUNTED else ""
    objects = f"{len(versions):,} object{'' if len(versions) == 1 else 's'}"
    return f"{more}{objects}, {size(sum(version['Size'] for version in versions))}"


def _empty(aws: Aws, name: str) -> None:
    """Delete every version and every delete marker."""
    while not aws.stopping.is_set():  # there may be millions
        page = aws.find("s3", "list_object_versions", absent="NoSuchBucket", Bucket=name, MaxKeys=BATCH) or {}
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        if not found:
            return
        delete_objects(aws, name, [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found])


def delete_objects(aws: Aws, name: str, objects: list[dict[str, str]]) -> None:
    """Delete up to :data:`BATCH` objects.

    Raises:
        AwsError: one of them cannot be deleted.
    """
    alone = [each for each in objects if _NOT_IN_XML.search(each["Key"])]  # a list of keys is XML
    aws.together(*(partial(aws.call, "s3", "delete_object", Bucket=name, **each) for each in alone))
    others = [each for each in objects if each not in alone]
    if others:
        answer = aws.call("s3", "delete_objects", Bucket=name, Delete={"Objects": others, "Quiet": True})
        for error in answer.get("Errors", []):
            raise AwsError(f"'{error['Key']}' cannot be deleted: {error['Message']}", code=error["Code"])
