from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployer.errors import ConfigError
from deployer.resource import STACK_TAG, Resource
from tests.resources.worlds import World, answer, changes

CONFIG = """
keys:
  secrets: {description: what it is for}
"""
EDITED = """
keys:
  secrets: {rotate: false, keep: true}
"""
ID = "demo.key.secrets"


_DUPLICATES: list[str] = []  # that other clients made


def _id(world: World, alias: str) -> str:
    return str(world.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])


def _tags(resource: Resource) -> list[dict[str, str]]:
    return _tag_list(resource.tags)


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _another(world: World, **arguments: Any) -> str:
    return str(world.client("kms").create_key(**arguments)["KeyMetadata"]["KeyId"])


def _duplicate(world: World, name: str, _: Any = None) -> list[str]:
    time.sleep(0.01)  # moto and LocalStack tell ages in microseconds, AWS in milliseconds
    _DUPLICATES.append(_another(world, Tags=world.client("kms").list_resource_tags(KeyId=_id(world, name))["Tags"]))
    return _DUPLICATES[-1:]


def _state(world: World, key: str) -> str:
    return str(world.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


def _delete_alias(world: World, name: str, _: Any) -> None:
    world.client("kms").delete_alias(AliasName=name)


def _describe(world: World, name: str, text: str) -> None:
    world.client("kms").update_key_description(KeyId=_id(world, name), Description=text)


def _enable(world: World, name: str, on: bool) -> None:
    (world.client("kms").enable_key if on else world.client("kms").disable_key)(KeyId=_id(world, name))


def _rotate(world: World, name: str, days: int | None) -> None:
    kms, key = world.client("kms"), _id(world, name)
    if days is None:
        kms.disable_key_rotation(KeyId=key)
    else:
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    kms, key = world.client("kms"), _id(world, name)
    kms.untag_resource(KeyId=key, TagKeys=[tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]])
    kms.tag_resource(KeyId=key, Tags=_tag_list(tags))


def LOOK(world: World, name: str) -> Any:
    kms = world.client("kms")
    return (
        answer(kms.describe_key, KeyId=name),
        answer(lambda: kms.get_key_rotation_status(KeyId=_id(world, name))),
        answer(lambda: sorted(kms.list_resource_tags(KeyId=_id(world, name))["Tags"], key=str)),
        [key for key in _DUPLICATES if answer(lambda key=key: _state(world, key)) == "Enabled"],
    )


WRITE = {
    "Alias": _delete_alias,
    "Description": _describe,
    "Enabled": _enable,
    "RotationPeriodInDays": _rotate,
    "Duplicates": _duplicate,
    "Tags": _tag,
}
OTHER: dict[str, Any] = {r"RotationPeriodInDays changed": 90}
IMPOSSIBLE = {
    r"Alias changed": "one of another name is none of ours; one that leads elsewhere has tests of its own",
    r"(Description|Enabled) removed": "a key has it",
}


def FOREIGN(world: World, name: str, tags: dict[str, str]) -> None:
    world.client("kms").create_alias(AliasName=name, TargetKeyId=_another(world, Tags=_tag_list(tags)))


def test_outputs_say_where_it_is(world: World) -> None:
    world.up(CONFIG)
    aws, made = world.plan(CONFIG)
    name = made.resources[ID].physical
    key = aws.client("kms").describe_key(KeyId=name)["KeyMetadata"]
    assert name == f"alias/{world.project}-test-demo-secrets"
    assert made.outputs()["demo"] == {
        "keys.secrets.arn": key["Arn"],
        "keys.secrets.id": key["KeyId"],
        "keys.secrets.name": name,
    }


def test_a_function_may_do_with_it_what_it_was_granted(world: World) -> None:
    granted = "keys: {{secrets: {{}}}}\nfunctions:\n  {}: {{source: code, grants: {{secrets: {}}}}}\n"
    for name, level, action in [("writer", "encrypt", "kms:GenerateDataKey"), ("reader", "decrypt", "kms:Decrypt")]:
        aws, _ = world.up(granted.format(name, level))
        _, made = world.plan(granted.format(name, level))
        role = made.resources[f"demo.role.{name}"].physical
        policy = aws.client("iam").get_role_policy(RoleName=role, PolicyName="grants")["PolicyDocument"]
        arn = made.outputs()["demo"]["keys.secrets.arn"]
        assert policy["Statement"][1:] == [{"Effect": "Allow", "Action": [action], "Resource": arn}]


def test_one_that_was_cut_off_before_it_had_an_alias_is_finished(world: World) -> None:
    _, made = world.plan(CONFIG)
    resource = made.resources[ID]
    key = _another(world, Tags=_tags(resource))
    _, seen = world.plan(CONFIG)
    assert changes(seen) == {ID: ("update", ["Alias", "Description", "RotationPeriodInDays"])}
    world.up(CONFIG)
    assert _id(world, resource.physical) == key


def test_one_that_has_no_alias_goes_with_the_rest(world: World) -> None:
    _, made = world.plan(CONFIG)
    resource = made.resources[ID]
    key = _another(world, Tags=_tags(resource))
    _, outcomes = world.down(CONFIG)
    assert [each.change.name for each in outcomes] == [resource.physical]
    assert _state(world, key) == "PendingDeletion"


def test_one_that_has_neither_alias_nor_id_goes_under_its_own(world: World) -> None:
    _, made = world.plan(CONFIG)
    key = _another(world, Tags=[tag for tag in _tags(made.resources[ID]) if tag["TagKey"] == STACK_TAG])
    _, outcomes = world.down(CONFIG)
    assert [each.change.name for each in outcomes] == [key]
    assert _state(world, key) == "PendingDeletion"


def test_one_whose_id_was_taken_away_is_known_by_our_alias(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, kms = outcomes[0].change.name, aws.client("kms")
    key = _id(world, name)
    kms.delete_alias(AliasName=name)
    for alias in (f"alias/a-{world.project}", name, f"alias/z-{world.project}"):  # whatever the order
        kms.create_alias(AliasName=alias, TargetKeyId=key)
    kms.untag_resource(KeyId=key, TagKeys=["skiff:id"])
    assert changes(world.plan(CONFIG)[1]) == {ID: ("update", ["Tags"])}
    world.up(CONFIG)
    assert changes(world.plan(CONFIG)[1]) == {}


def test_down_leaves_a_week_to_change_ones_mind(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name = outcomes[0].change.name
    key = _id(world, name)
    world.down(CONFIG)
    found = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert found["KeyState"] == "PendingDeletion"
    left = found["DeletionDate"].astimezone(UTC) - datetime.now(UTC)
    assert timedelta(days=6, hours=12) < left < timedelta(days=7, hours=12)
    assert name not in {alias["AliasName"] for alias in aws.client("kms").list_aliases()["Aliases"]}


def test_an_alias_that_is_too_long_is_refused_before_any_call(world: World) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:7: the key's alias '.*' has \d+ characters, AWS allows 256"):
        world.plan(f"keys:\n  {'s' * 256}: {{}}")
