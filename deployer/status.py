"""How each resource stands: as configured or not, since when. All of it is learnt from a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deployer import report
from deployer.plan import Action, Plan
from deployer.resource import kind_of

_SIGNS = {"as configured": " ", "differs": "~", "missing": "+", "not declared": "-", "kept": "=", "not ours": "!"}
_STATES: dict[Action, str] = {
    "create": "missing",
    "update": "differs",
    "replace": "differs",
    "delete": "not declared",
}
_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True)
class Item:
    """One resource, declared or still there.

    Attributes:
        state: ``as configured``, ``differs``, ``missing``, ``not declared`` (ours, but no longer in the
            configuration), ``kept`` (the same, and it stays) or ``not ours`` (the name is taken).
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
    """Every resource of a plan that was only looked at, app by app; what is not declared any more comes last."""
    changes = {change.id: change for change in plan.changes if change.resource}
    apps = list(dict.fromkeys(resource.app.name for resource in plan.resources.values()))
    found = []
    for id, resource in sorted(plan.resources.items(), key=lambda entry: apps.index(entry[1].app.name)):
        change = changes.get(id)
        state = "not ours" if id in plan.foreign else _STATES[change.action] if change else "as configured"
        differences = tuple(change.differences) if change and state == "differs" else ()
        found.append(Item(id, resource.kind, resource.physical, state, differences, *_last(plan.have[id] or {})))
    gone = [change for change in plan.changes if change.resource is None]
    found += [Item(change.id, change.kind.kind, change.name, _STATES[change.action]) for change in gone]
    for id, name in plan.kept.items():
        kind = kind_of(id)  # its tag may be gone
        found.append(Item(id, kind.kind if kind else "", name, "kept"))
    return found


def _last(have: dict[str, Any]) -> tuple[str, datetime | None]:
    for event in ("Changed", "Created"):
        if event in have:
            return event.lower(), have[event]
    return "", None


def lines(found: list[Item], now: datetime) -> list[str]:
    """One line for each item: id, state, last change, physical name; and one with the properties that differ."""
    rows = [(item.id, item.state, _when(item, now)) for item in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = []
    for item, row in zip(found, rows, strict=True):
        cells = [f"{text:<{width}}" for text, width in zip(row, widths, strict=True)]
        shown.append("  ".join([f"  {_SIGNS[item.state]} {cells[0]}", *cells[1:], item.name]))
        if item.differences:
            shown.append(f"      {', '.join(item.differences)}")
    return shown


def _when(item: Item, now: datetime) -> str:
    """Such as ``changed 08:38 UTC, 3 min ago``."""
    if item.time is None:
        return ""
    time, seconds = item.time.astimezone(UTC), max(int((now - item.time).total_seconds()), 0)
    age = next((f"{seconds // size} {unit}" for unit, size in _UNITS if seconds >= size), f"{seconds} s")
    age = f"{age}s" if age.endswith("day") and age != "1 day" else age
    shown = f"{time:%H:%M} UTC" if seconds < _UNITS[0][1] else f"{time:%Y-%m-%d}"
    return f"{item.event} {shown}, {age} ago"


def summary(found: list[Item]) -> str:
    """Such as ``19 resources: 16 as configured, 1 differs, 2 missing``."""
    counts = Counter(item.state for item in found)
    plural = {"differs": "differ"}
    told = [
        f"{number} {plural.get(state, state) if number > 1 else state}" for state in _SIGNS if (number := counts[state])
    ]
    return f"{report.count(len(found), 'resource')}{': ' if told else ''}{', '.join(told)}"


def item_json(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "state": item.state,
        "differences": list(item.differences),
        "changed": item.time and item.time.astimezone(UTC).isoformat(timespec="seconds"),
    }
