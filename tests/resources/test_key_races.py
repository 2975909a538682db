"""Keys that come, go and change hands while others look: two runs at once, rescues, aliases taken, KMS's own delays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from deployer import apply, report
from deployer.aws import Aws
from deployer.errors import Foreign
from deployer.resources import key
from deployer.resources.key import Key
from tests.resources.test_key import (
    CONFIG,
    FOREIGN,
    ID,
    _another,
    _duplicate,
    _enable,
    _id,
    _rotate,
    _state,
)
from tests.resources.worlds import World, changes, run


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


def test_the_older_of_two_wins(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name = outcomes[0].change.name
    first = _id(world, name)
    _duplicate(world, name)
    _, made = world.plan(CONFIG)
    have = made.have[ID]
    assert have is not None
    (second,) = have["Duplicates"]
    aws.client("kms").update_alias(AliasName=name, TargetKeyId=second)  # as the run that lost the race did
    assert changes(world.plan(CONFIG)[1]) == {ID: ("update", ["Alias", "Duplicates"])}
    world.up(CONFIG)
    assert _id(world, name) == first
    assert [_state(world, key) for key in (first, second)] == ["Enabled", "PendingDeletion"]


def test_two_runs_may_remove_the_same_duplicate(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    _duplicate(world, outcomes[0].change.name)
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    run(aws, made)
    assert changes(world.plan(CONFIG)[1]) == {}


def test_a_key_that_was_rescued_from_its_deletion_harms_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key, "_RACE", timedelta(milliseconds=1))  # what is made here is made within seconds
    aws, outcomes = world.up(CONFIG)
    name, kms = outcomes[0].change.name, aws.client("kms")
    rescued = _id(world, name)
    kms.schedule_key_deletion(KeyId=rescued, PendingWindowInDays=7)
    world.up(CONFIG)
    successor = _id(world, name)
    kms.cancel_key_deletion(KeyId=rescued)
    kms.enable_key(KeyId=rescued)
    assert changes(world.plan(CONFIG)[1]) == {}
    assert _id(world, name) == successor
    assert [_state(world, each) for each in (rescued, successor)] == ["Enabled", "Enabled"]


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_an_alias_of_a_key_that_goes_leads_to_the_new_one(world: World, whose: str) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources[ID].physical
    if whose == "ours":
        world.up(CONFIG)
    else:
        FOREIGN(world, name, {})
    first = _id(world, name)
    aws.client("kms").schedule_key_deletion(KeyId=first, PendingWindowInDays=30)
    assert changes(world.plan(CONFIG)[1])[ID][0] == "create"
    world.up(CONFIG)
    assert _id(world, name) != first
    assert changes(world.plan(CONFIG)[1]) == {}


def test_an_alias_that_a_foreign_key_took_is_refused_and_left_alone(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    name, theirs = outcomes[0].change.name, _another(world)
    aws.client("kms").update_alias(AliasName=name, TargetKeyId=theirs)
    with pytest.raises(Foreign, match=name):
        world.plan(CONFIG)
    Key.delete(aws, name)
    assert _id(world, name) == theirs
    assert _state(world, theirs) == "Enabled"


def test_an_alias_that_a_foreign_key_takes_after_the_plan_is_left_alone(world: World) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources[ID].physical
    FOREIGN(world, name, {})
    theirs = _id(world, name)
    (outcome,) = apply.run(aws, made, report.Quiet())
    assert isinstance(outcome.error, Foreign)
    assert _id(world, name) == theirs


@pytest.mark.parametrize("code", ["AccessDeniedException", "NotFoundException"])
def test_a_key_that_does_not_tell_its_tags_is_not_ours(world: World, code: str) -> None:
    aws, outcomes = world.up(CONFIG)
    ours, theirs = _id(world, outcomes[0].change.name), _another(world)
    with _refused(aws, "ListResourceTags", lambda asked: code if asked["KeyId"] == theirs else None):
        assert changes(world.plan(CONFIG)[1]) == {}
    with _refused(aws, "ListResourceTags", lambda asked: code if asked["KeyId"] == ours else None):
        assert Key.candidates(aws) == {}


def test_keys_that_aws_manages_are_not_asked_for_tags(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    theirs, ours = _id(world, "alias/aws/s3"), _id(world, outcomes[0].change.name)
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
    _rotate(world, outcomes[0].change.name, None)
    _enable(world, outcomes[0].change.name, False)
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
