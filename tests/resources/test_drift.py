"""Whatever another client does to what is ours is shown by ``plan`` and repaired by ``up``.

Each ``test_<kind>.py`` beside this file says how another client writes a property (WRITE), what it sees (LOOK), values
to use where generated ones would be refused (OTHER), and which drifts there cannot be, with the reason (IMPOSSIBLE).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from deployer import report
from deployer.plan import Change, differ
from deployer.resource import Properties, Resource
from tests.resources.drift import Drift, drifts, rounds
from tests.resources.laws import case, every_kind, of_kind
from tests.resources.worlds import World, changes, run

_OF_TAGS = {
    r"Tags removed|Tags\.skiff:stack (changed|removed)": "then it is somebody else's",
    r"Tags added": "tags of others are left alone",
}


# On LocalStack alone: it takes longest of all that runs, and moto would be asked the same.
@pytest.mark.parametrize("world", [pytest.param("localstack", marks=pytest.mark.emulator)], indirect=True)
@every_kind
def test_every_property_that_another_client_changes_is_shown_and_repaired(world: World, kind: str) -> None:
    done: set[Any] = set()
    for sections in (case(kind).CONFIG, case(kind).EDITED):
        world.up(sections)
        _, made = world.plan(sections)
        for resource in of_kind(made, kind):
            want, before = made.want(resource), case(kind).LOOK(world, resource.physical)
            new = [drift for drift in _possible(world, kind, want) if _new(drift, done)]
            for together in rounds(new, getattr(case(kind), "ALONE", frozenset())):
                _is_seen_and_repaired(world, sections, resource, together, want, before)


def _possible(world: World, kind: str, want: Properties) -> Iterator[Drift]:
    cannot = {**case(kind).IMPOSSIBLE, **_OF_TAGS}
    if world.endpoint_url is None:
        cannot |= getattr(case(kind), "NOT_IN_MOTO", {})
    for drift in drifts(want, case(kind).OTHER):
        if not any(re.fullmatch(each, drift.name) for each in cannot):
            yield drift


def _new(drift: Drift, done: set[Any]) -> bool:
    """What a sibling of the same kind has already gone through is not done again."""
    key = drift.name, drift.value if isinstance(drift.value, bool) else None
    return key not in done and not done.add(key)


def _is_seen_and_repaired(
    world: World, sections: str, resource: Resource, together: list[Drift], want: Properties, before: Any
) -> None:
    names, name, property = [drift.name for drift in together], resource.physical, together[0].property
    look, write = case(resource.kind).LOOK, case(resource.kind).WRITE
    assert property in write, f"{names}: nothing says how another client writes it"
    foreign = want
    for drift in together:
        foreign = drift.apply(foreign)
        assert differ(drift.apply(want), want), f"{drift.name}: no difference"
    wrote = write[property](world, name, foreign.get(property))
    have = foreign.get(property) if wrote is None else wrote
    assert look(world, name) != before, f"{names}: nothing was changed"

    aws, seen = world.plan(sections)
    change = next((change for change in seen.changes if change.id == resource.id), None)
    assert change, f"{names}: not seen"
    assert change.differences[property] == (have, want[property]), names
    along = getattr(case(resource.kind), "ALONG", {}).get(property, set())
    assert change.differences.keys() - along == {property}, names
    _is_shown(change, property)

    run(aws, seen)
    assert changes(world.plan(sections)[1]) == {}, names
    assert look(world, name) == before, f"{names}: not as it was"


def _is_shown(change: Change, property: str) -> None:
    """To people and to programs, unless it is secret."""
    have, want = change.differences[property]
    shown = report.change_json(change)["properties"][property]
    assert any(line.startswith(f"      {property}") for line in report.plan_lines([change]))
    if property in change.kind.secret:
        assert "hidden" in str(shown)
        return
    assert shown == {"have": report.plain(have), "want": report.plain(want)}
    assert shown["have"] != shown["want"]
