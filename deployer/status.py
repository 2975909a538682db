"""How each resource stands: as configured or not, since when. All of it is learnt from a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deployer import report
from deployer.plan import Action, Plan

_SIGNS = {"as configured": " ", "differs": "~", "missing": "+", "not declared": "-", "not ours": "!"}
_STATES: dict[Action, str] = {
    "create": "missing",
    "update": "differs",
    "replace": "differs",
    "delete": "not declared",
}
_NAMED = 3  # differences on one line; the rest is counted
_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True)
class Item:
    """One resource, declared or still there.

    Attributes:
        state: ``as configured``, ``differs``, ``missing``, ``not declared`` (ours, but no longer in the
            configuration) or ``not ours`` (the name is taken).
        differences: the properties that differ.
        event: what AWS tells the time of: ``changed`` or ``created``.
        time: of that; None where AWS tells none.
    """

    id: str
    kind: str
    name: str
    state: str
    differences: tuple[str, ...] = ()
    event: str = ""
    time: datetime | None = None


def items(plan: Plan) -> list[Item]:
    """Every resource of a plan that was only looked at; those that are not declared any more come last."""
    changes = {change.id: change for change in plan.changes if change.resource}
    found = []
    for id, resource in plan.resources.items():
        change = changes.get(id)
        state = "not ours" if id in plan.foreign else _STATES[change.action] if change else "as configured"
        differences = tuple(change.differences) if change and state == "differs" else ()
        found.append(Item(id, resource.kind, resource.physical, state, differences, *_last(plan.have[id] or {})))
    gone = [change for change in plan.changes if change.resource is None]
    return [*found, *(Item(change.id, change.kind.kind, change.name, _STATES[change.action]) for change in gone)]


def _last(have: dict[str, Any]) -> tuple[str, datetime | None]:
    for event in ("Changed", "Created"):
        if event in have:
            return event.lower(), have[event]
    return "", None


def lines(found: Iterable[Item], now: datetime) -> list[str]:
    """One line for each item: id, state, last change, physical name."""
    rows = [(f"{_SIGNS[item.state]} {item.id}", _state(item), _when(item, now), item.name) for item in found]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    return [
        "  " + "  ".join([*(f"{text:<{width}}" for text, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _state(item: Item) -> str:
    named, more = item.differences[:_NAMED], len(item.differences) - _NAMED
    return item.state + (f": {', '.join(named)}" if named else "") + (f" and {more} more" if more > 0 else "")


def _when(item: Item, now: datetime) -> str:
    """Such as ``changed 08:38 UTC, 3 min ago``."""
    if item.time is None:
        return ""
    time, seconds = item.time.astimezone(UTC), max((now - item.time).total_seconds(), 0)
    age = next((f"{seconds // size:.0f} {unit}" for unit, size in _UNITS if seconds >= size), f"{seconds:.0f} s")
    age = f"{age}s" if age.endswith("day") and age != "1 day" else age
    shown = f"{time:%H:%M} UTC" if seconds < _UNITS[0][1] else f"{time:%Y-%m-%d}"
    return f"{item.event} {shown}, {age} ago"


def summary(found: list[Item]) -> str:
    """Such as ``19 resources: 18 as configured, 1 missing``."""
    counts = Counter(item.state for item in found)
    told = ", ".join(f"{counts[state]} {state}" for state in _SIGNS if state in counts)
    return ": ".join([report.count(len(found), "resource"), *([told] if told else [])])


def item_json(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "state": item.state,
        "differences": list(item.differences),
        "changed": item.time and item.time.astimezone(UTC).isoformat(timespec="seconds"),
    }
