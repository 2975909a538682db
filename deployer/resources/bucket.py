"""S3 buckets: places for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from deployer.refs import Ref
from deployer.resource import Properties, Spec, Texts
from deployer.s3 import POLICY, PUBLIC_ACCESS_BLOCK, TAGS, Aspect, S3Bucket, access_block, held, policy, public_read

if TYPE_CHECKING:
    from deployer.aws import Aws

_CORS_SECONDS = 3600  # that a browser may remember a permission

ENCRYPTION = Aspect(
    "Encryption",
    "bucket_encryption",
    "ServerSideEncryptionConfigurationNotFoundError",
    lambda answer: _encryption(answer["ServerSideEncryptionConfiguration"]),
    lambda want: {
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": _without(want, "BucketKeyEnabled"),
                    "BucketKeyEnabled": want.get("BucketKeyEnabled", False),
                }
            ]
        }
    },
    fresh={"SSEAlgorithm": "AES256"},
)

VERSIONING = Aspect(
    "Versioning",
    "bucket_versioning",
    "NoSuchBucket",
    lambda answer: answer.get("Status") == "Enabled",
    # What was versioned once can only be suspended.
    lambda want: {"VersioningConfiguration": {"Status": "Enabled" if want else "Suspended"}},
    fresh=False,
)

CORS = Aspect(
    "Cors",
    "bucket_cors",
    "NoSuchCORSConfiguration",
    lambda answer: answer["CORSRules"],
    lambda want: {"CORSConfiguration": {"CORSRules": want}},
)

LIFECYCLE = Aspect(
    "Lifecycle",
    "bucket_lifecycle_configuration",
    "NoSuchLifecycleConfiguration",
    lambda answer: answer["Rules"],
    lambda want: {"LifecycleConfiguration": {"Rules": want}},
)


class CorsSpec(Spec):
    """Pages that may reach the bucket from a browser."""

    origins: Texts = Field(description="Origins of the pages, such as ${site.origin}; '*' for all.")
    methods: list[Literal["GET", "HEAD", "PUT", "POST", "DELETE"]] = Field(
        min_length=1, description="HTTP methods that these pages may use."
    )


class BucketSpec(Spec):
    """A place for files."""

    public_read: bool = Field(False, description="Anyone may read every object, by its URL.")
    tls_only: bool = Field(False, description="Requests over plain HTTP are refused, whoever sends them.")
    encryption: str = Field("AES256", description="How objects are encrypted: 'AES256', or the name of a key.")
    versioning: bool = Field(False, description="What is overwritten or deleted stays as an older version.")
    expire_after_days: int | None = Field(
        None,
        ge=1,
        description="Objects, and versions replaced, are deleted at this age.",
    )
    keep: bool = Field(False, description="It stays, whatever it holds, also when it is taken out of this file.")
    cors: CorsSpec | None = Field(None, description="Pages that may reach the bucket from a browser.")


class Bucket(S3Bucket):
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
    # A public policy is refused while public access is blocked.
    aspects = (TAGS, PUBLIC_ACCESS_BLOCK, POLICY, ENCRYPTION, VERSIONING, LIFECYCLE, CORS)
    permissions = (
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetBucketCORS",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucketVersions",
        "s3:PutBucketCORS",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
    )

    def check(self) -> None:
        super().check()
        if self.spec.encryption != "AES256":
            self._check_key(self.spec.encryption)

    def _check_key(self, key: str) -> None:
        if self.spec.public_read:
            text = f"'{self.name}' is for everyone to read, but only who may use the key '{key}' could"
            raise self.app.lines.error((*self.place, "encryption"), text, "AES256 encrypts it too")
        keys = self.app.section("keys")
        if key not in keys:
            text = f"'{self.name}' is encrypted with '{key}', which is no key of this app"
            hint = f"'AES256', or one of the keys: {', '.join(keys) or 'there is none'}"
            raise self.app.lines.error((*self.place, "encryption"), text, hint)
        if self.spec.keep and not keys[key].keep:
            text = f"'{self.name}' is kept, but nobody could read it without its key '{key}', which is not"
            raise self.app.lines.error((*self.place, "keep"), text, "say 'keep: true' of the key as well")
        for name, function in self.app.section("functions").items():
            for right, needed in (("write", "encrypt"), ("read", "decrypt")):
                if self._grants(function, self.name, right) and not self._grants(function, key, needed):
                    text = f"'{name}' may {right} '{self.name}', but not {needed} with its key '{key}'"
                    place = self.app.place("functions", name, "grants")
                    raise self.app.lines.error(place, text, f"grant it: {key}: {needed}")

    @classmethod
    def holds(cls, aws: Aws, name: str) -> str:
        return held(aws, name)

    @staticmethod
    def _grants(function: Any, target: str, level: str) -> bool:
        return any(level in levels for name, levels in function.grants.items() if name.partition("/")[0] == target)

    def desired(self) -> Properties:
        spec, arn = self.spec, self.static()["arn"]
        statements = [public_read(arn)] if spec.public_read else []
        statements += [_tls_only(arn)] if spec.tls_only else []
        return {
            "Tags": self.tags,
            "PublicAccessBlock": access_block(spec.public_read),
            "Policy": policy(*statements),
            "Encryption": self._encryption(),
            "Versioning": spec.versioning,
            "Lifecycle": self._lifecycle(),
            "Cors": self._cors(),
        }

    def _encryption(self) -> Properties:
        if self.spec.encryption == "AES256":
            return {"SSEAlgorithm": "AES256"}
        key = Ref(f"{self.app.name}.key.{self.spec.encryption}", "arn")
        # With a bucket key S3 asks KMS, which charges for each request, a hundredth as often.
        return {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key, "BucketKeyEnabled": True}

    def _lifecycle(self) -> list[Properties] | None:
        days = self.spec.expire_after_days
        if days is None:
            return None
        rule = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}
        # Of what is versioned the former only hides an object, which this one then deletes.
        versions = {"NoncurrentVersionExpiration": {"NoncurrentDays": days}} if self.spec.versioning else {}
        return [{**rule, **versions}]

    def _cors(self) -> list[Properties] | None:
        cors = self.spec.cors
        if cors is None:
            return None
        place = (*self.place, "cors", "origins")
        origins = [self.app.origin(origin, (*place, index)) for index, origin in enumerate(cors.origins)]
        return [
            {
                "AllowedOrigins": origins,
                "AllowedMethods": cors.methods,
                "AllowedHeaders": ["*"],
                "ExposeHeaders": ["ETag"],
                "MaxAgeSeconds": _CORS_SECONDS,
            }
        ]


def _tls_only(arn: str) -> Properties:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _encryption(configuration: Any) -> Properties | None:
    if not configuration.get("Rules"):  # LocalStack, of what was deleted; S3 encrypts in any case
        return None
    (rule,) = configuration["Rules"]
    bucket_key = {"BucketKeyEnabled": True} if rule.get("BucketKeyEnabled") else {}
    return {**rule["ApplyServerSideEncryptionByDefault"], **bucket_key}


def _without(properties: Properties, key: str) -> Properties:
    return {name: value for name, value in properties.items() if name != key}
