"""Buckets. What is in them is shown by `localdev.console.objects`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from localdev.console import urls
from localdev.console.parts import Document, Facts, Part, Thing, tags_of, when
from localdev.console.place import Place

SERVICE = "s3"
TITLE = "Buckets"


def things(place: Place) -> list[Thing]:
    """Those of the account: buckets have regions, and their names are everybody's."""
    links = urls.of("website", place)
    return [
        Thing(name, each.get("BucketRegion", ""), links=links[name])
        for each in place.client(SERVICE).list_buckets()["Buckets"]
        if (name := each["Name"])
    ]


def tags(place: Place, name: str) -> dict[str, str]:
    return tags_of(_given(place.client(SERVICE).get_bucket_tagging, name, "TagSet"))


def details(place: Place, name: str) -> list[Part]:
    client = place.client(SERVICE)
    client.head_bucket(Bucket=name)
    block = _given(client.get_public_access_block, name, "PublicAccessBlockConfiguration") or {}
    encryption = _given(client.get_bucket_encryption, name, "ServerSideEncryptionConfiguration") or {"Rules": []}
    policy = _given(client.get_bucket_policy, name, "Policy")
    documents = {
        "Policy": json.loads(policy) if policy else None,
        "CORS": _given(client.get_bucket_cors, name, "CORSRules"),
        "Lifecycle": _given(client.get_bucket_lifecycle_configuration, name, "Rules"),
        "Website": _without_metadata(_given(client.get_bucket_website, name)),
        "Notifications": _without_metadata(_given(client.get_bucket_notification_configuration, name)),
    }
    made = [each["CreationDate"] for each in client.list_buckets()["Buckets"] if each["Name"] == name]
    return [
        Facts(
            [
                ("Made", when(made[0]) if made else ""),
                ("Versions", _given(client.get_bucket_versioning, name, "Status") or ""),
                ("Public access", "all blocked" if block and all(block.values()) else "not all blocked"),
                ("Encryption", ", ".join(_encryption(rule) for rule in encryption["Rules"])),
            ]
        ),
        *(Document(caption, value) for caption, value in documents.items() if value),
    ]


def _encryption(rule: Any) -> str:
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    return " ".join(filter(None, [default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")]))


def _given(call: Callable[..., Any], bucket: str, key: str | None = None) -> Any:
    """What a bucket's setting is, None if it has none: S3 answers that with an error of many names."""
    with contextlib.suppress(ClientError):
        answer = call(Bucket=bucket)
        return answer.get(key) if key else answer
    return None


def _without_metadata(answer: Any) -> Any:
    return {key: value for key, value in (answer or {}).items() if key != "ResponseMetadata"}
