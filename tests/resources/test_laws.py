"""What must hold for every kind of resource, whatever it is.

Each ``test_<kind>.py`` beside this file gives a small CONFIG and an EDITED one, which between them say all that the
kind's part of the configuration can. What other clients do to it is in ``test_drift.py``, whom it belongs to in
``test_ownership.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from deployer.app import App
from deployer.config import Config
from deployer.resource import kinds
from tests.resources.laws import KINDS, case, every_kind, of_kind
from tests.resources.worlds import World, changes, run


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].section])
def test_every_option_of_a_kind_is_tried(tmp_path: Path, kind: str) -> None:
    """A new one without a test fails by itself."""
    world = World(tmp_path, "laws", None)
    tried: set[str] = set()
    for sections in (case(kind).CONFIG, case(kind).EDITED):
        for app in world.config(sections).apps.values():
            tried |= set(_tried(getattr(app, KINDS[kind].section)))
    assert set(_options(KINDS[kind].Spec)) - tried == set()


def _options(model: Any) -> Iterator[str]:
    """Every field of a model and of those within it, as ``Model.field``."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            yield f"{model.__name__}.{name}"
            yield from _options(field.annotation)
    for part in get_args(model):
        yield from _options(part)


def _tried(value: Any) -> Iterator[str]:
    """Every field that is not at its default."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if getattr(value, name) != field.default:
                yield f"{type(value).__name__}.{name}"
                yield from _tried(getattr(value, name))
    for item in value.values() if isinstance(value, dict) else ():
        yield from _tried(item)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].section])
def test_every_option_changes_what_is_asked_for(tmp_path: Path, kind: str) -> None:
    """One that nothing of the app heeds is an option in name alone; drift of what it says could not be seen."""
    world = World(tmp_path, "laws", None)
    heeded: set[str] = set()
    for sections in (case(kind).CONFIG, case(kind).EDITED):
        found = world.config(sections)
        (app,) = found.apps.values()
        before = _asked_for(found, app)
        for name, changed in _changed(getattr(app, KINDS[kind].section)):
            if _asked_for(found, app.model_copy(update={KINDS[kind].section: changed})) != before:
                heeded.add(name)
    assert set(_options(KINDS[kind].Spec)) - heeded == set()


def _asked_for(found: Config, app: Any) -> list[Any]:
    """Of every resource of the app: its properties, and commands to try it with."""
    asked = []
    for resource in [each for kind in kinds() for each in kind.declare(App(found.stack(), "demo", app, found.lines))]:
        resource.prepare()
        asked.append((resource.id, resource.desired(), resource.examples({"Id": "id"}, str)))
    return asked


_FOLDERS = {"code": "other", "other": "code", "pages": "more", "more": "pages"}  # as worlds.py makes them


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Each field of a part of the configuration, as ``Model.field``, and a copy of the part where it is another one."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            now = getattr(value, name)
            if now != field.default:
                other = _another(now) if field.is_required() else field.get_default(call_default_factory=True)
                yield f"{type(value).__name__}.{name}", value.model_copy(update={name: other})
                for inner, changed in _changed(now):
                    yield inner, value.model_copy(update={name: changed})
    for key, item in value.items() if isinstance(value, dict) else ():
        for inner, changed in _changed(item):
            yield inner, {**value, key: changed}


def _another(value: Any) -> Any:
    """Another value of the same type, for what has no default."""
    if isinstance(value, dict):
        return dict(list(value.items())[1:])
    if isinstance(value, list):
        return [_another(item) for item in value]
    return _FOLDERS.get(value, f"{value}x") if isinstance(value, str) else value + 1


@every_kind
def test_what_other_clients_are_tried_on_is_stated(tmp_path: Path, kind: str) -> None:
    """A property that is not in ``desired`` any more is not repaired any more."""
    world, stated = World(tmp_path, "laws", None), set()
    for sections in (case(kind).CONFIG, case(kind).EDITED):
        found = world.config(sections)
        for app in found.declared(found.stack(), found.select(())):
            stated |= {property for each in KINDS[kind].declare(app) for property in each.desired()}
    assert set(case(kind).WRITE) <= stated


@every_kind
def test_up_makes_it_and_a_second_up_writes_nothing(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    assert all(each.observe(aws, each.physical) is None for each in made.resources.values())
    assert {change.action for change in made.changes} == {"create"}
    assert len(made.changes) == len(made.resources)
    run(aws, made)

    again, second = world.plan(case(kind).CONFIG)
    assert changes(second) == {}
    run(again, second)
    assert again.calls.writing == 0


@every_kind
def test_an_edit_is_planned_and_converges(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).EDITED)
    touched = {change.kind.kind for change in made.changes}
    assert kind in touched
    run(aws, made)
    assert changes(world.plan(case(kind).EDITED)[1]) == {}


@every_kind
def test_what_another_client_deleted_comes_back(world: World, kind: str) -> None:
    world.up(case(kind).CONFIG)
    aws, made = world.plan(case(kind).CONFIG)
    resource = of_kind(made, kind)[0]
    resource.delete(aws, resource.physical)
    aws, seen = world.plan(case(kind).CONFIG)
    assert changes(seen)[resource.id][0] == "create"
    run(aws, seen)
    assert changes(world.plan(case(kind).CONFIG)[1]) == {}


@every_kind
def test_down_leaves_nothing(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    run(aws, made)
    world.down(case(kind).CONFIG)
    assert [each.owned(aws) for each in KINDS.values() if each.owned(aws)] == []
    assert all(each.observe(aws, each.physical) is None for each in made.resources.values())
    aws, outcomes = world.down(case(kind).CONFIG)
    assert outcomes == []
    assert aws.calls.writing == 0


@every_kind
def test_what_is_gone_may_be_deleted_again(world: World, kind: str) -> None:
    aws, made = world.plan(case(kind).CONFIG)
    for resource in made.resources.values():
        resource.delete(aws, resource.physical)
