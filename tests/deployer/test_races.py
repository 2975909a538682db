"""What a run does when another one, or a stranger, is at work on the same things at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deployer import apply
from deployer.app import App
from deployer.apply import Outcome
from deployer.errors import AwsError, TimedOut
from deployer.plan import Action, Change, Plan
from deployer.refs import Ref
from deployer.report import Quiet
from deployer.resource import DUPLICATES, STACK_TAG, Properties, Resource
from deployer.stack import Stack

STACK = Stack("shop", "dev", "us-east-1", Path())
OURS = {STACK_TAG: STACK.mark}
Step = Callable[[], None]


class Thing(Resource):
    """A kind that lives in this process; ``steps`` is what others do just before each call."""

    kind = "thing"
    fixed = frozenset({"Shape"})
    there: ClassVar[Properties | None] = None
    calls: ClassVar[list[str]] = []
    steps: ClassVar[Iterator[Step]] = iter(())

    @property
    def physical(self) -> str:
        return self.name

    def desired(self) -> Properties:
        return {"Value": 1, "Shape": "round", DUPLICATES: [], "Tags": OURS}

    @classmethod
    def _call(cls, name: str) -> None:
        next(cls.steps, lambda: None)()
        cls.calls.append(name)

    @classmethod
    def candidates(cls, aws: Any) -> dict[str, dict[str, str]]:
        return {}

    @classmethod
    def observe(cls, aws: Any, name: str) -> Properties | None:
        cls._call("observe")
        return Thing.there and dict(Thing.there)

    @classmethod
    def pending(cls, have: Properties) -> bool:
        return have.get("Pending", False) is True

    @classmethod
    def create(cls, aws: Any, name: str, want: Properties) -> None:
        cls._call("create")
        if Thing.there is None:
            Thing.there = dict(want)

    @classmethod
    def update(cls, aws: Any, name: str, have: Properties, want: Properties) -> None:
        cls._call("update")
        if Thing.there is None:
            raise AwsError("UpdateThing: NotFoundException: gone", code="NotFoundException")
        Thing.there = dict(want)

    @classmethod
    def delete(cls, aws: Any, name: str) -> None:
        cls._call("delete")
        Thing.there = None


class Twin(Thing):
    """A kind that a race may make twice; ``stays`` is the one that is left."""

    kind = "rest_api"
    stays: ClassVar[str] = "ours"

    def outputs(self, have: Properties) -> dict[str, str]:
        return {"id": have["Id"]}

    @classmethod
    def observe(cls, aws: Any, name: str) -> Properties | None:
        return {"Id": cls.stays, DUPLICATES: [], "Tags": OURS}


class User(Thing):
    """What refers to it."""

    def desired(self) -> Properties:
        return {**super().desired(), "Twin": Ref("web.rest_api.t", "id")}


class FakeAws:
    """What ``apply`` itself asks of AWS: to wait, here three looks long."""

    stack = STACK

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.met: list[str] = []

    def snapshot(self) -> FakeAws:
        return self

    def apart(self) -> FakeAws:
        return self

    def until(self, ready: Callable[[], bool], says: str, seconds: float = 1) -> None:
        if not any(ready() for _ in range(3)):
            raise TimedOut(f"still {says}")


def become(**properties: Any) -> Step:
    """Another run makes it so."""

    def step() -> None:
        Thing.there = {"Value": 1, "Shape": "round", DUPLICATES: [], "Tags": OURS, **properties}

    return step


def vanish() -> None:
    Thing.there = None


def nothing() -> None: ...


def run(action: Action, *steps: Step, have: Properties | None = None, careful: bool = False) -> Outcome:
    thing = Thing(App(STACK, "web", None, None), "a")  # type: ignore[arg-type]
    Thing.there, Thing.calls[:], Thing.steps = have, [], iter(steps)
    resource = None if action == "delete" else thing
    plan = Plan(
        {thing.id: thing}, {thing.id: have}, [Change(thing.id, action, Thing, "a", {}, resource)], careful=careful
    )
    (outcome,) = apply.run(FakeAws(), plan, Quiet())  # type: ignore[arg-type]
    return outcome


def test_what_another_run_creates_at_the_same_time_is_made_ours() -> None:
    outcome = run("create", become(Value=0))
    assert (outcome.end, Thing.there and Thing.there["Value"]) == ("done", 1)
    assert Thing.calls[0] == "create"
    assert "update" in Thing.calls


def test_what_a_stranger_creates_at_the_same_time_is_left_alone() -> None:
    outcome = run("create", become(Value=0, Tags={}))
    assert outcome.end == "failed"
    assert "'a' was made by something else at the same time" in str(outcome.error)
    assert set(Thing.calls) == {"create", "observe"}
    assert Thing.there
    assert Thing.there["Value"] == 0


def test_what_another_run_deletes_at_the_same_time_is_made_anew() -> None:
    outcome = run("update", vanish, have={"Value": 0, "Shape": "round", DUPLICATES: [], "Tags": OURS})
    assert (outcome.end, Thing.there and Thing.there["Value"]) == ("done", 1)


def test_what_another_run_deletes_while_this_one_makes_it_is_made_anew() -> None:
    """Such as a key that was one too many: it is there still, but nothing can be done with it."""

    def overtake() -> None:
        raise AwsError("CreateAlias: KMSInvalidStateException: pending deletion", code="KMSInvalidStateException")

    outcome = run("create", overtake)
    assert (outcome.end, Thing.there and Thing.there["Value"]) == ("done", 1)


def test_who_lost_a_race_refers_to_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run, whose own one stays, has made already what refers to it."""
    app = App(STACK, "web", None, None)  # type: ignore[arg-type]
    twin, user = Twin(app, "t"), User(app, "a")
    have: dict[str, Properties | None] = {twin.id: Twin.observe(None, "t"), user.id: None}
    plan = Plan({twin.id: twin, user.id: user}, have, [Change(user.id, "create", User, "a", {}, user)])
    monkeypatch.setattr(Twin, "stays", "theirs")
    Thing.there, Thing.calls[:], Thing.steps = None, [], iter([become(Twin="theirs")])
    (outcome,) = apply.run(FakeAws(), plan, Quiet())  # type: ignore[arg-type]
    assert outcome.end == "done"
    assert Thing.there
    assert Thing.there["Twin"] == "theirs"
    assert "update" not in Thing.calls
    assert plan.lookup(Ref(twin.id, "id")) == "theirs"  # and that is what 'up' prints


def test_what_is_there_twice_is_mended_without_waiting() -> None:
    outcome = run("create", nothing, become(Duplicates=["b"]))
    assert outcome.end == "done"
    assert Thing.calls == ["create", "observe", "update", "observe"]


def test_what_cannot_be_changed_is_replaced_even_when_that_turns_out_late() -> None:
    outcome = run("create", become(Shape="square"))
    assert (outcome.end, Thing.there and Thing.there["Shape"]) == ("done", "round")
    assert "delete" in Thing.calls
    assert "update" not in Thing.calls


def test_what_aws_is_still_at_work_on_is_waited_for() -> None:
    outcome = run("create", nothing, become(Pending=True), nothing, become())
    assert outcome.end == "done"
    assert Thing.calls == ["create", "observe", "observe", "observe"]


def test_what_never_becomes_active_is_an_error() -> None:
    outcome = run("create", become(Pending=True))
    assert outcome.end == "failed"
    assert "still waiting for the thing to become active" in str(outcome.error)


def test_what_comes_back_after_a_deletion_is_deleted_again() -> None:
    outcome = run("delete", nothing, become(), have={"Tags": OURS})
    assert outcome.end == "done"
    assert Thing.calls.count("delete") == 2
    assert Thing.there is None


def test_what_another_run_deletes_while_this_one_does_is_gone() -> None:
    def overtake() -> None:
        vanish()
        raise AwsError("DeleteObjects: NoSuchBucket: gone", code="NoSuchBucket")

    outcome = run("delete", overtake, have={"Tags": OURS})
    assert (outcome.end, Thing.calls) == ("done", ["observe"])


def test_what_another_run_adds_to_while_this_one_deletes_it_is_deleted_all_the_same() -> None:
    def overtake() -> None:
        raise AwsError("DeleteRole: DeleteConflict: it has policies", code="DeleteConflict")

    outcome = run("delete", overtake, have={"Tags": OURS})
    assert (outcome.end, Thing.there) == ("done", None)


@pytest.mark.parametrize("code", ["DeleteConflict", "AccessDenied"])
def test_what_cannot_be_deleted_is_told_in_the_words_of_aws(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    asked = []

    def refuse(aws: Any, name: str) -> None:
        asked.append(name)
        raise AwsError("DeleteThing: no", code=code)

    monkeypatch.setattr(Thing, "delete", refuse)
    outcome = run("delete", have={"Tags": OURS})
    assert (outcome.end, str(outcome.error)) == ("failed", "DeleteThing: no")
    assert len(asked) == (len(apply.PATIENCE) if code == "DeleteConflict" else 1)


def test_what_a_stranger_puts_in_its_place_is_left_alone() -> None:
    outcome = run("delete", nothing, become(Tags={}), have={"Tags": OURS})
    assert outcome.end == "done"
    assert Thing.calls == ["delete", "observe"]


def test_what_was_filled_since_it_was_looked_at_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Thing, "holds", lambda aws, name: "1 object, 3 bytes")
    outcome = run("delete", have={"Tags": OURS}, careful=True)
    assert outcome.end == "failed"
    assert "it holds 1 object, 3 bytes, which would be lost" in str(outcome.error)
    assert "delete" not in Thing.calls
    assert run("delete", have={"Tags": OURS}).end == "done"


def test_what_always_comes_back_is_an_error_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Thing, "delete", lambda aws, name: None)
    outcome = run("delete", have={"Tags": OURS})
    assert outcome.end == "failed"
    assert "it was deleted, but is there all the same" in str(outcome.error)
    assert outcome.error
    assert "run the same command again" in outcome.error.hint
