"""KMS keys, each under an alias.

Only the alias has a name, and it is made after the key: keys are found by their tags. Should two appear after a
race, the older wins and the other is scheduled for deletion.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from deployer.errors import Foreign
from deployer.resource import ID_TAG, STACK_TAG, Properties, Resource, Spec

if TYPE_CHECKING:
    from deployer.aws import Aws

_ALIAS = "alias/"
_BY_AWS = "alias/aws/"
# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
_NAME_LIMIT = 256
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html: more than a key may have
_TAGS_LIMIT = 50
# The fewest there can be: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_DAYS_UNTIL_DELETION = 7
# States of keys that are as good as gone: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
_GONE = ("PendingDeletion", "PendingReplicaDeletion")
_YEAR = 365  # days
_RACE = timedelta(hours=1)
_UNKNOWN_YET = "waiting until KMS knows the key"


class KeySpec(Spec):
    """A key that encrypts what is stored."""

    description: str = Field("", max_length=8192, description="For people who meet it in the console.")
    keep: bool = Field(False, description="It stays, also when it is taken out of this file.")
    rotate: bool = Field(True, description="AWS replaces what it is made of every year; old data stays readable.")


class Key(Resource):
    kind = "key"
    section = "keys"
    Spec = KeySpec
    deleted_after = ("bucket", "role")
    attributes = ("arn", "id", "name")
    # What S3 needs of whoever writes or reads encrypted objects; uploads in parts need both.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    grants: ClassVar = {"encrypt": {"": ["kms:GenerateDataKey"]}, "decrypt": {"": ["kms:Decrypt"]}}
    permissions = (
        "kms:CreateAlias",
        "kms:CreateKey",
        "kms:DeleteAlias",
        "kms:DescribeKey",
        "kms:DisableKeyRotation",
        "kms:EnableKey",
        "kms:EnableKeyRotation",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListKeys",
        "kms:ListResourceTags",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
    )

    @property
    def physical(self) -> str:
        return _ALIAS + self.stack.name(self.app.name, self.name)

    def check(self) -> None:
        if len(self.physical) > _NAME_LIMIT:
            text = f"the key's alias '{self.physical}' has {len(self.physical)} characters, AWS allows {_NAME_LIMIT}"
            raise self.app.lines.error(self.place, text, "shorten the project, stage, app or key name")

    def desired(self) -> Properties:
        return {
            "Alias": self.physical,
            "Description": self.spec.description,
            "Enabled": True,
            "RotationPeriodInDays": _YEAR if self.spec.rotate else None,
            "Duplicates": [],
            "Tags": self.tags,
        }

    def static(self) -> dict[str, str]:
        return {"name": self.physical}

    def outputs(self, have: Properties) -> dict[str, str]:
        return {**self.static(), "id": have["Id"], "arn": self.stack.arn("kms", f"key/{have['Id']}")}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        return {key["Name"]: key["Tags"] for key in reversed(_ours(aws))}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        theirs = _theirs(aws, name)
        keys = [theirs] if theirs else [key for key in _ours(aws) if key["Name"] == name]
        if not keys:
            return None
        key, *duplicates = _of_a_race(keys, _targets(aws).get(name))
        return {
            "Id": key["KeyId"],
            "Alias": name if _targets(aws).get(name) == key["KeyId"] else None,
            "Description": key["Description"],
            "Enabled": key["Enabled"],
            "RotationPeriodInDays": key["RotationPeriodInDays"],
            "Duplicates": [each["KeyId"] for each in duplicates],
            "Tags": key["Tags"],
            "Created": key["CreationDate"],
        }

    @classmethod
    def holds(cls, aws: Aws, name: str) -> str:
        return "all that is encrypted with it"

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        # Tagged in the same call: an interrupted deploy leaves nothing that we do not recognise.
        tags, description = _tag_list(want["Tags"]), want["Description"]
        key = aws.call("kms", "create_key", Description=description, Tags=tags)["KeyMetadata"]["KeyId"]
        cls.update(aws, name, {**want, "Id": key, "Alias": None, "RotationPeriodInDays": None}, want)

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        key = have["Id"]
        for duplicate in have["Duplicates"]:
            _schedule_deletion(aws, duplicate)
        if not want["Tags"].items() <= have["Tags"].items():
            aws.call("kms", "tag_resource", KeyId=key, Tags=_tag_list(want["Tags"]))
        if have["Description"] != want["Description"]:
            aws.call("kms", "update_key_description", KeyId=key, Description=want["Description"])
        if have["Enabled"] != want["Enabled"]:
            aws.call("kms", "enable_key", KeyId=key)
        if have["Alias"] != want["Alias"]:
            _point(aws, name, key)
        if have["RotationPeriodInDays"] != want["RotationPeriodInDays"]:  # of an enabled key alone
            aws.until(lambda: _rotated(aws, key, want["RotationPeriodInDays"]), _UNKNOWN_YET)

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        # The alias first: it outlives its key's deletion for days, and would be in the way of a new one.
        if name in _targets(aws) and _theirs(aws, name) is None:
            aws.find("kms", "delete_alias", absent="NotFoundException", AliasName=name)
        for key in _ours(aws):
            if key["Name"] == name:
                _schedule_deletion(aws, key["KeyId"])


def _ours(aws: Aws) -> list[Any]:
    """The stack's living keys, oldest first: as KMS describes them, with their ``Tags`` and our ``Name`` for them."""
    keys, targets = aws.together(
        partial(aws.pages, "kms", "list_keys", "Keys", Limit=1000),
        partial(_targets, aws),
    )
    by_aws = {key for alias, key in targets.items() if alias.startswith(_BY_AWS)}
    ids = [key["KeyId"] for key in keys if key["KeyId"] not in by_aws]
    tags = dict(zip(ids, aws.together(*(partial(_tags, aws, id) for id in ids)), strict=True))
    marked = [id for id in ids if tags[id].get(STACK_TAG) == aws.stack.mark]
    described = aws.together(*(partial(ask, aws, id) for ask in (_describe, _rotation) for id in marked))
    living = [
        {**key, **rotation, "Tags": tags[id], "Name": _name(aws, id, tags[id], targets)}
        for id, key, rotation in zip(marked, described, described[len(marked) :], strict=False)
        if key["KeyState"] not in _GONE
    ]
    return sorted(living, key=lambda key: (key["CreationDate"], key["KeyId"]))


def _of_a_race(keys: list[Any], pointed: str | None) -> list[Any]:
    """Those of some keys, oldest first, that were made at about the time of the one that the alias leads to.

    An older one was rescued from its deletion: it is neither in use nor one too many.
    """
    current = next((key for key in keys if key["KeyId"] == pointed), keys[0])
    return [key for key in keys if abs(key["CreationDate"] - current["CreationDate"]) < _RACE]


def _theirs(aws: Aws, alias: str) -> Any:
    """The living key that an alias points at, if that is not ours: as KMS describes it, with its ``Tags``."""
    key = _targets(aws).get(alias)
    if key is None:
        return None
    tags = _tags(aws, key)
    if tags.get(STACK_TAG) == aws.stack.mark:
        return None
    described = _describe(aws, key)
    if described["KeyState"] in _GONE:
        return None
    # What its key policy keeps from us, or a key pair does not have.
    rotation = _rotation(aws, key, "AccessDeniedException", "UnsupportedOperationException")
    return {**described, **rotation, "Tags": tags}


def _targets(aws: Aws) -> dict[str, str]:
    """Alias to the id of its key; those that AWS keeps ready for keys of its own have none."""
    aliases = aws.pages("kms", "list_aliases", "Aliases", Limit=100)
    return {alias["AliasName"]: alias["TargetKeyId"] for alias in aliases if "TargetKeyId" in alias}


def _tags(aws: Aws, key: str) -> dict[str, str]:
    # What keeps its tags from us cannot be ours, and a key of others may go just now.
    absent = ("AccessDeniedException", "NotFoundException")
    answer = aws.find("kms", "list_resource_tags", absent=absent, KeyId=key, Limit=_TAGS_LIMIT)
    return {tag["TagKey"]: tag["TagValue"] for tag in answer["Tags"]} if answer else {}


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _describe(aws: Aws, key: str) -> Any:
    return aws.call("kms", "describe_key", KeyId=key)["KeyMetadata"]


def _rotation(aws: Aws, key: str, *absent: str) -> Any:
    """The days after which its material is replaced; None if it never is. An emulator may not tell how many."""
    not_now = "KMSInvalidStateException"  # it is to be deleted
    answer = aws.find("kms", "get_key_rotation_status", absent=(not_now, *absent), KeyId=key) or {}
    return {
        "RotationPeriodInDays": answer.get("RotationPeriodInDays", _YEAR) if answer.get("KeyRotationEnabled") else None
    }


def _name(aws: Aws, key: str, tags: dict[str, str], targets: dict[str, str]) -> str:
    """The alias that a key of ours should have, even if it has none yet, or its tag was taken away or changed."""
    start = _ALIAS + aws.stack.prefix
    has = [alias for alias, target in targets.items() if target == key and alias.startswith(start)]
    app, _, name = tags.get(ID_TAG, "").partition(f".{Key.kind}.")
    tagged = _ALIAS + aws.stack.name(app, name)
    return tagged if name and (tagged in has or not has) else next(iter(has), key)


def _point(aws: Aws, alias: str, key: str) -> None:
    """Make or move an alias.

    Raises:
        Foreign: somebody else's key has got it meanwhile.
    """

    def pointed() -> bool:
        if _theirs(aws, alias):
            raise Foreign(f"'{alias}' points at a key that is not ours", "give it another name, or delete it by hand")
        operation = "update_alias" if alias in _targets(aws) else "create_alias"
        return _accepted(aws, operation, AliasName=alias, TargetKeyId=key)

    aws.until(pointed, _UNKNOWN_YET)


def _rotated(aws: Aws, key: str, days: int | None) -> bool:
    if days is None:
        return _accepted(aws, "disable_key_rotation", KeyId=key)
    return _accepted(aws, "enable_key_rotation", KeyId=key, RotationPeriodInDays=days)


def _accepted(aws: Aws, operation: str, **arguments: Any) -> bool:
    """Whether all that a call needs is known to KMS by now.

    It may take a while to hear of a new key, or that one is enabled, and of an alias that it has just made.
    https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
    """
    not_yet = ("NotFoundException", "DisabledException", "AlreadyExistsException")
    return aws.find("kms", operation, absent=not_yet, **arguments) is not None


def _schedule_deletion(aws: Aws, key: str) -> None:
    aws.find(
        "kms",
        "schedule_key_deletion",
        absent="KMSInvalidStateException",  # it is scheduled already
        KeyId=key,
        PendingWindowInDays=_DAYS_UNTIL_DELETION,
    )
