"""S3 buckets: a bucket and its aspects, each read, compared and written on its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from deployer.errors import AwsError
from deployer.resource import Properties, Resource, Spec, tag_dict, tag_list

if TYPE_CHECKING:
    from deployer.aws import Aws

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NAME_LIMIT = 63
_BATCH = 1000  # keys a delete request may name


class BucketSpec(Spec):
    """A place for files."""

    public_read: bool = Field(False, description="Anyone may read every object, by its URL.")
    expire_after_days: int | None = Field(None, ge=1, description="Objects are deleted at this age.")


class Bucket(Resource):
    kind = "bucket"
    section = "buckets"
    Spec = BucketSpec
    attributes = ("name", "arn")
    grants: ClassVar = {
        "read": {"/*": ["s3:GetObject"]},
        "write": {"/*": ["s3:PutObject"]},
        "delete": {"/*": ["s3:DeleteObject"]},
        "list": {"": ["s3:ListBucket"]},
    }

    @property
    def physical(self) -> str:
        return self.stack.global_name(self.app.name, self.name)

    def check(self) -> None:
        if len(self.physical) > _NAME_LIMIT:
            text = f"the bucket's name '{self.physical}' has {len(self.physical)} characters, S3 allows {_NAME_LIMIT}"
            raise self.app.lines.error(self.place, text, "shorten the project, stage, app or bucket name")

    def desired(self) -> Properties:
        public = self.spec.public_read
        # ACLs stay off for good; what is public is so by the policy alone.
        return {
            "Tags": self.tags,
            "PublicAccessBlock": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": not public,
                "RestrictPublicBuckets": not public,
            },
            "Policy": self._public_policy() if public else None,
            "Lifecycle": self._lifecycle(),
        }

    def _public_policy(self) -> Properties:
        statement = {
            "Sid": "PublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"{self.static()['arn']}/*",
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _lifecycle(self) -> list[Properties] | None:
        days = self.spec.expire_after_days
        if days is None:
            return None
        return [{"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}]

    def static(self) -> dict[str, str]:
        return {"name": self.physical, "arn": f"arn:{self.stack.partition}:s3:::{self.physical}"}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        names = _names(aws, aws.stack.prefix)
        tags = aws.together(*(partial(_TAGS.read, aws, name) for name in names))
        return dict(zip(names, (found or {} for found in tags), strict=True))

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        if name not in _names(aws, name):
            return None
        values = aws.together(*(partial(aspect.read, aws, name) for aspect in _ASPECTS))
        have = dict(zip((aspect.property for aspect in _ASPECTS), values, strict=True))
        return {**have, "Tags": have["Tags"] or {}}

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        # Tagged in the same call: an interrupted deploy leaves nothing that we do not recognise.
        configuration: dict[str, Any] = {"Tags": tag_list(want["Tags"])}
        if aws.stack.region != "us-east-1":  # which must not be named, while every other must
            configuration["LocationConstraint"] = aws.stack.region
        aws.find(
            "s3",
            "create_bucket",
            absent="BucketAlreadyOwnedByYou",  # a lost answer, made good by the retry
            Bucket=name,
            CreateBucketConfiguration=configuration,
        )
        for aspect in _ASPECTS:
            if want[aspect.property] is not None and aspect is not _TAGS and want[aspect.property] != aspect.fresh:
                aspect.write(aws, name, want[aspect.property])

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        for aspect in _ASPECTS:  # one after the other: S3 refuses parallel changes of one bucket
            if have[aspect.property] != want[aspect.property]:
                aspect.write(aws, name, want[aspect.property])

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        def gone() -> bool:
            _empty(aws, name)
            deleted = aws.find("s3", "delete_bucket", absent=("NoSuchBucket", "BucketNotEmpty"), Bucket=name)
            return deleted is not None or name not in _names(aws, name)

        # Late writers, such as log delivery, may refill it meanwhile.
        aws.until(gone, "waiting for the bucket to be empty", seconds=600)


@dataclass(frozen=True)
class _Aspect:
    """One part of a bucket's configuration, with calls of its own.

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
        answer = aws.find("s3", f"get_{self.noun}", absent=self.absent, Bucket=bucket)
        return None if answer is None else self.value(answer)

    def write(self, aws: Aws, bucket: str, want: Any) -> None:
        if want is None:
            aws.call("s3", f"delete_{self.noun.removesuffix('_configuration')}", Bucket=bucket)
        else:
            aws.call("s3", f"put_{self.noun}", Bucket=bucket, **self.arguments(want))


_TAGS = _Aspect(
    "Tags",
    "bucket_tagging",
    "NoSuchTagSet",
    lambda answer: tag_dict(answer["TagSet"]),
    lambda want: {"Tagging": {"TagSet": tag_list(want)}},
)

# In the order in which they are written: a public policy is refused while public access is blocked.
_ASPECTS = (
    _TAGS,
    _Aspect(
        "PublicAccessBlock",
        "public_access_block",
        "NoSuchPublicAccessBlockConfiguration",
        lambda answer: answer["PublicAccessBlockConfiguration"],
        lambda want: {"PublicAccessBlockConfiguration": want},
        fresh=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    ),
    _Aspect(
        "Policy",
        "bucket_policy",
        "NoSuchBucketPolicy",
        lambda answer: json.loads(answer["Policy"]),
        lambda want: {"Policy": json.dumps(want)},
    ),
    _Aspect(
        "Lifecycle",
        "bucket_lifecycle_configuration",
        "NoSuchLifecycleConfiguration",
        lambda answer: answer["Rules"],
        lambda want: {"LifecycleConfiguration": {"Rules": want}},
    ),
)


def _names(aws: Aws, prefix: str) -> list[str]:
    return [bucket["Name"] for bucket in aws.pages("s3", "list_buckets", "Buckets", Prefix=prefix)]


def _empty(aws: Aws, name: str) -> None:
    """Delete every version and every delete marker."""
    while not aws.stopping.is_set():  # there may be millions
        page = aws.find("s3", "list_object_versions", absent="NoSuchBucket", Bucket=name, MaxKeys=_BATCH) or {}
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        if not found:
            return
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        answer = aws.call("s3", "delete_objects", Bucket=name, Delete={"Objects": objects, "Quiet": True})
        for error in answer.get("Errors", []):
            raise AwsError(f"'{error['Key']}' cannot be deleted: {error['Message']}", code=error["Code"])
