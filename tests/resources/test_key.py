from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from deployer import apply, report
from deployer.aws import Aws
from deployer.errors import ConfigError, Foreign
from deployer.resource import STACK_TAG, Resource
from deployer.resources.key import Key
from tests.resources.worlds import World, changes, run

CONFIG = """
keys:
  secrets: {description: what it is for}
"""
EDITED = """
keys:
  secrets: {rotate: false}
"""
ID = "demo.key.secrets"


def _id(aws: Aws, alias: str) -> str:
    return str(aws.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])


def _on_key(operation: str, **arguments: Any) -> Callable[[Aws, str], None]:
    return lambda aws, name: getattr(aws.client("kms"), operation)(KeyId=_id(aws, name), **arguments)


def _tags(resource: Resource) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in resource.tags.items()]


def _another(aws: Aws, **arguments: Any) -> str:
    return str(aws.client("kms").create_key(**arguments)["KeyMetadata"]["KeyId"])


def _duplicate(aws: Aws, name: str) -> None:
    kms = aws.client("kms")
    _another(aws, Tags=kms.list_resource_tags(KeyId=_id(aws, name))["Tags"])


def _state(aws: Aws, key: str) -> str:
    return str(aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


DRIFT = {
    "Alias": lambda aws, name: aws.client("kms").delete_alias(AliasName=name),
    "Description": _on_key("update_key_description", Description="changed by hand"),
    "Enabled": _on_key("disable_key"),
    "KeyRotationEnabled": _on_key("disable_key_rotation"),
    "Duplicates": _duplicate,
    "Tags": _on_key("untag_resource", TagKeys=["skiff:id"]),
}


def FOREIGN(aws: Aws, name: str) -> None:
    aws.client("kms").create_alias(AliasName=name, TargetKeyId=_another(aws))


@contextmanager
def _refused(aws: Aws, operation: str, code: Callable[[Any], str | None]) -> Iterator[None]:
    """``code`` sees each call's arguments and may name the error that KMS answers with."""
    events, name = aws.client("kms").meta.events, f"before-call.kms.{operation}"

    def refuse(params: Any, **_: Any) -> Any:
        found = code(json.loads(params["body"]))
        return found and (AWSResponse("", 400, {}, None), {"Error": {"Code": found, "Message": "says KMS"}})

    events.register(name, refuse)
    try:
        yield
    finally:
        events.unregister(name, refuse)


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
    aws, made = world.plan(CONFIG)
    resource = made.resources[ID]
    key = _another(aws, Tags=_tags(resource))
    _, seen = world.plan(CONFIG)
    assert changes(seen) == {ID: ("update", ["Alias", "Description", "KeyRotationEnabled"])}
    world.up(CONFIG)
    assert _id(aws, resource.physical) == key


def test_one_that_has_no_alias_goes_with_the_rest(world: World) -> None:
    aws, made = world.plan(CONFIG)
    resource = made.resources[ID]
    key = _another(aws, Tags=_tags(resource))
    _, outcomes = world.down(CONFIG)
    assert [each.change.name for each in outcomes] == [resource.physical]
    assert _state(aws, key) == "PendingDeletion"


def test_one_that_has_neither_alias_nor_id_goes_under_its_own(world: World) -> None:
    aws, made = world.plan(CONFIG)
    key = _another(aws, Tags=[tag for tag in _tags(made.resources[ID]) if tag["TagKey"] == STACK_TAG])
    _, outcomes = world.down(CONFIG)
    assert [each.change.name for each in outcomes] == [key]
    assert _state(aws, key) == "PendingDeletion"


def test_one_whose_id_was_taken_away_is_known_by_our_alias(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, kms = outcomes[0].change.name, aws.client("kms")
    key = _id(aws, name)
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
    key = _id(aws, name)
    world.down(CONFIG)
    found = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert found["KeyState"] == "PendingDeletion"
    left = found["DeletionDate"].astimezone(UTC) - datetime.now(UTC)
    assert timedelta(days=6, hours=12) < left < timedelta(days=7, hours=12)
    assert name not in {alias["AliasName"] for alias in aws.client("kms").list_aliases()["Aliases"]}


def test_the_older_of_two_wins(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name = outcomes[0].change.name
    first = _id(aws, name)
    time.sleep(0.01)  # moto and LocalStack tell ages in microseconds, AWS in milliseconds
    _duplicate(aws, name)
    _, made = world.plan(CONFIG)
    have = made.have[ID]
    assert have is not None
    (second,) = have["Duplicates"]
    aws.client("kms").update_alias(AliasName=name, TargetKeyId=second)  # as the run that lost the race did
    assert changes(world.plan(CONFIG)[1]) == {ID: ("update", ["Alias", "Duplicates"])}
    world.up(CONFIG)
    assert _id(aws, name) == first
    assert [_state(aws, key) for key in (first, second)] == ["Enabled", "PendingDeletion"]


def test_two_runs_may_remove_the_same_duplicate(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    _duplicate(aws, outcomes[0].change.name)
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    run(aws, made)
    assert changes(world.plan(CONFIG)[1]) == {}


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_an_alias_of_a_key_that_goes_leads_to_the_new_one(world: World, whose: str) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources[ID].physical
    if whose == "ours":
        world.up(CONFIG)
    else:
        FOREIGN(aws, name)
    first = _id(aws, name)
    aws.client("kms").schedule_key_deletion(KeyId=first, PendingWindowInDays=30)
    assert changes(world.plan(CONFIG)[1])[ID][0] == "create"
    world.up(CONFIG)
    assert _id(aws, name) != first
    assert changes(world.plan(CONFIG)[1]) == {}


def test_an_alias_that_a_foreign_key_took_is_refused_and_left_alone(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, theirs = outcomes[0].change.name, _another(aws)
    aws.client("kms").update_alias(AliasName=name, TargetKeyId=theirs)
    with pytest.raises(Foreign, match=name):
        world.plan(CONFIG)
    Key.delete(aws, name)
    assert _id(aws, name) == theirs
    assert _state(aws, theirs) == "Enabled"


def test_an_alias_that_a_foreign_key_takes_after_the_plan_is_left_alone(world: World) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources[ID].physical
    FOREIGN(aws, name)
    theirs = _id(aws, name)
    (outcome,) = apply.run(aws, made, report.Quiet())
    assert isinstance(outcome.error, Foreign)
    assert _id(aws, name) == theirs


@pytest.mark.parametrize("code", ["AccessDeniedException", "NotFoundException"])
def test_a_key_that_does_not_tell_its_tags_is_not_ours(world: World, code: str) -> None:
    aws, outcomes = world.up(CONFIG)
    ours, theirs = _id(aws, outcomes[0].change.name), _another(aws)
    with _refused(aws, "ListResourceTags", lambda asked: code if asked["KeyId"] == theirs else None):
        assert changes(world.plan(CONFIG)[1]) == {}
    with _refused(aws, "ListResourceTags", lambda asked: code if asked["KeyId"] == ours else None):
        assert Key.candidates(aws) == {}


def test_keys_that_aws_manages_are_not_asked_for_tags(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    theirs, ours = _id(aws, "alias/aws/s3"), _id(aws, outcomes[0].change.name)
    asked: list[str] = []
    with _refused(aws, "ListResourceTags", lambda arguments: asked.append(arguments["KeyId"])):
        Key.candidates(aws)
    assert ours in asked
    assert theirs not in asked


@pytest.mark.parametrize("operation", ["CreateAlias", "EnableKeyRotation"])
def test_it_waits_until_kms_knows_a_new_key(world: World, operation: str) -> None:
    aws, _ = world.aws(CONFIG)
    answers = ["NotFoundException", "NotFoundException"]
    with _refused(aws, operation, lambda _: answers.pop() if answers else None):
        world.up(CONFIG)
    assert answers == []
    assert changes(world.plan(CONFIG)[1]) == {}


def test_rotation_waits_until_kms_knows_that_a_key_is_enabled(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    DRIFT["KeyRotationEnabled"](aws, outcomes[0].change.name)
    DRIFT["Enabled"](aws, outcomes[0].change.name)
    answers = ["DisabledException"]
    with _refused(aws, "EnableKeyRotation", lambda _: answers.pop() if answers else None):
        world.up(CONFIG)
    assert answers == []
    assert changes(world.plan(CONFIG)[1]) == {}


def test_an_alias_whose_making_was_not_answered_is_found_to_be_there(world: World) -> None:
    aws, _ = world.aws(CONFIG)
    lost: list[Any] = []

    def lose(alias: Any) -> str | None:
        if lost:
            return None
        lost.append(alias)
        aws.client("kms").create_alias(**alias)
        return "AlreadyExistsException"  # to botocore, which tries again

    with _refused(aws, "CreateAlias", lose):
        world.up(CONFIG)
    assert len(lost) == 1
    assert changes(world.plan(CONFIG)[1]) == {}


def test_an_alias_that_is_too_long_is_refused_before_any_call(world: World) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:7: the key's alias '.*' has \d+ characters, AWS allows 256"):
        world.plan(f"keys:\n  {'s' * 256}: {{}}")
