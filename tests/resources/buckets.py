"""How another client changes and sees what all kinds made of a bucket have."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.resources.worlds import World, answer


def part(noun: str, arguments: Callable[[Any], dict[str, Any]]) -> Callable[[World, str, Any], None]:
    """Writes one part of a bucket's configuration, or deletes it: of None."""

    def write(world: World, name: str, value: Any) -> None:
        if value is None:
            getattr(world.client("s3"), f"delete_{noun.removesuffix('_configuration')}")(Bucket=name)
        else:
            getattr(world.client("s3"), f"put_{noun}")(Bucket=name, **arguments(value))

    return write


WRITE = {
    "Tags": part("bucket_tagging", lambda tags: {"Tagging": {"TagSet": [{"Key": k, "Value": tags[k]} for k in tags]}}),
    "PublicAccessBlock": part("public_access_block", lambda block: {"PublicAccessBlockConfiguration": block}),
    "Policy": part("bucket_policy", lambda policy: {"Policy": json.dumps(policy)}),
}
_PARTS = ("tagging", "policy", "encryption", "versioning", "lifecycle_configuration", "cors", "website")
_STATEMENT = r"Policy\.Statement\[\d\]"
OTHER = {
    r"Policy\.Version changed": "2008-10-17",
    r"Policy added": {"Id": "by-hand"},
    r"Policy\.Statement added": lambda statements: {**statements[0], "Sid": "ByHand", "Action": "s3:GetObjectTagging"},
    rf"{_STATEMENT} added": {"NotResource": "arn:aws:s3:::other"},
    rf"{_STATEMENT}\.Effect changed": lambda effect: {"Allow": "Deny", "Deny": "Allow"}[effect],
    rf"{_STATEMENT}\.Principal changed": {"AWS": "arn:aws:iam::000000000000:root"},
    rf"{_STATEMENT}\.Action changed": "s3:GetObjectTagging",
}
IMPOSSIBLE = {
    r"Policy\.Statement removed": "a policy has statements",
    rf"{_STATEMENT}\.(Effect|Principal|Action|Resource) removed": "a statement has it",
    r"PublicAccessBlock(\.\w+ removed| added)": "there are four of them, and what is not said is off",
}


def look(world: World, name: str) -> Any:
    s3 = world.client("s3")
    found = {part: answer(getattr(s3, f"get_bucket_{part}"), Bucket=name) for part in _PARTS}
    if isinstance(found["tagging"], dict):
        found["tagging"]["TagSet"].sort(key=str)
    if found["versioning"] == {"Status": "Suspended"}:  # there is no way back to never
        found["versioning"] = {}
    return {**found, "access": answer(s3.get_public_access_block, Bucket=name)}


def foreign(world: World, name: str, tags: dict[str, str]) -> None:
    world.client("s3").create_bucket(Bucket=name)
    if tags:
        WRITE["Tags"](world, name, tags)
