from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deployer import apply
from deployer.app import App
from deployer.apply import Outcome
from deployer.errors import AwsError
from deployer.plan import Change, Plan
from deployer.resource import Properties, Resource
from deployer.stack import Stack


class Thing(Resource):
    """A kind that lives in this process: ``writes`` is what was done, in order."""

    kind = "thing"
    deleted_after: ClassVar[tuple[str, ...]] = ("user",)
    tagged = False
    there: ClassVar[dict[str, Properties]] = {}
    writes: ClassVar[list[str]] = []
    during: ClassVar[dict[str, Callable[[], None]]] = {}

    @property
    def physical(self) -> str:
        return self.name

    @property
    def after(self) -> frozenset[str]:
        return frozenset(f"web.thing.{name}" for name in self.spec)

    def desired(self) -> Properties:
        return {"Value": 1}

    @classmethod
    def candidates(cls, aws: Any) -> dict[str, dict[str, str]]:
        return {}

    @classmethod
    def observe(cls, aws: Any, name: str) -> Properties | None:
        return cls.there.get(name)

    @classmethod
    def create(cls, aws: Any, name: str, want: Properties) -> None:
        cls.during.get(name, lambda: None)()
        cls.writes.append(f"+{name}")
        cls.there[name] = want

    @classmethod
    def update(cls, aws: Any, name: str, have: Properties, want: Properties) -> None:
        cls.create(aws, name, want)

    @classmethod
    def delete(cls, aws: Any, name: str) -> None:
        cls.during.get(name, lambda: None)()
        cls.writes.append(f"-{name}")
        cls.there.pop(name, None)


class User(Thing):
    kind = "user"
    deleted_after: ClassVar[tuple[str, ...]] = ()


class FakeAws:
    """What ``apply`` itself asks of AWS: to wait."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.met: list[str] = []

    def apart(self) -> FakeAws:
        view = FakeAws()
        view.stopping = self.stopping
        return view

    def snapshot(self) -> FakeAws:
        return self

    def until(self, ready: Callable[[], bool], says: str, seconds: float = 1) -> None:
        from deployer.errors import TimedOut

        if not ready():
            raise TimedOut(says)


@pytest.fixture(autouse=True)
def _clean() -> None:
    for state in (Thing.there, Thing.writes, Thing.during):
        state.clear()


def things(**needs: str) -> Plan:
    """A plan that creates a thing for each name, after those it needs."""
    app: Any = App(Stack("shop", "dev", "us-east-1", Path()), "web", None, None)  # type: ignore[arg-type]
    resources: dict[str, Resource] = {}
    for name, spec in needs.items():
        thing = Thing(app, name, spec.split())
        resources[thing.id] = thing
    changes = [Change(each.id, "create", Thing, each.name, {}, each) for each in resources.values()]
    return Plan(resources, dict.fromkeys(resources), changes)


def run(plan: Plan, aws: Any = None) -> dict[str, Outcome]:
    from deployer.report import Quiet

    return {outcome.change.name: outcome for outcome in apply.run(aws or FakeAws(), plan, Quiet())}


def fail() -> None:
    raise AwsError("CreateThing: Denied: no")


def test_order_is_that_of_the_graph() -> None:
    run(things(c="b", b="a", a=""))
    assert Thing.writes == ["+a", "+b", "+c"]


def test_what_does_not_depend_runs_at_the_same_time() -> None:
    barrier = threading.Barrier(3, timeout=30)

    def meet() -> None:
        barrier.wait()

    Thing.during.update(dict.fromkeys("abc", meet))
    outcomes = run(things(a="", b="", c=""))
    assert {outcome.end for outcome in outcomes.values()} == {"done"}


def test_a_failure_skips_what_depends_on_it_and_nothing_else() -> None:
    Thing.during["a"] = fail
    outcomes = run(things(a="", b="a", c="b", d=""))
    assert {name: outcome.end for name, outcome in outcomes.items()} == {
        "a": "failed",
        "b": "skipped",
        "c": "skipped",
        "d": "done",
    }
    assert "Denied" in str(outcomes["a"].error)


def test_a_bug_is_a_failure_and_not_a_hang() -> None:
    Thing.during["a"] = lambda: {}["missing"]
    outcomes = run(things(a="", b=""))
    assert (outcomes["a"].end, outcomes["b"].end) == ("failed", "done")
    assert "KeyError in test_apply.py" in str(outcomes["a"].error)


def test_what_reads_back_otherwise_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Thing, "observe", lambda aws, name: {"Value": 2})
    outcome = run(things(a=""))["a"]
    assert outcome.end == "failed"
    assert "reads back otherwise: Value" in str(outcome.error)


def test_what_is_gone_from_the_configuration_goes_last_and_users_first() -> None:
    plan = things(new="")
    Thing.there.update(old={}, user={})
    plan.changes = [
        Change("web.thing.old", "delete", Thing, "old"),
        Change("web.user.user", "delete", User, "user"),
        *plan.changes,
    ]
    run(plan)
    assert Thing.writes == ["+new", "-user", "-old"]


def test_a_replacement_is_deleted_and_made_again() -> None:
    plan = things(a="")
    Thing.there["a"] = {"Value": 0}
    plan.changes = [Change("web.thing.a", "replace", Thing, "a", {}, plan.changes[0].resource)]
    run(plan)
    assert Thing.writes == ["-a", "+a"]


def signal_that_wakes_nobody() -> None:
    """As one in the moment before the main thread waits."""
    time.sleep(0.1)  # in which that begins to wait
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("press", [lambda: os.kill(os.getpid(), signal.SIGINT), signal_that_wakes_nobody])
def test_ctrl_c_finishes_what_is_under_way_and_begins_nothing(press: Callable[[], None]) -> None:
    aws = FakeAws()

    def interrupt() -> None:
        press()
        assert aws.stopping.wait(30)

    Thing.during["a"] = interrupt
    outcomes = run(things(a="", b="a", c="b"), aws)
    assert {name: outcome.end for name, outcome in outcomes.items()} == {
        "a": "done",
        "b": "interrupted",
        "c": "interrupted",
    }


def test_what_was_there_when_it_was_to_be_created_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found of one change says nothing of another."""

    def create(cls: Any, aws: Any, name: str, want: Properties) -> None:
        if name == "theirs":
            aws.met.append("create_thing")
        Thing.there[name] = want

    monkeypatch.setattr(Thing, "create", classmethod(create))
    ended = run(things(theirs="", ours=""))
    assert {name: outcome.found for name, outcome in ended.items()} == {"theirs": True, "ours": False}
