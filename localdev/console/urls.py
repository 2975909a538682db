"""Where resources answer, as the emulator's status tells it."""

from __future__ import annotations

from collections import defaultdict

from localdev import inventory
from localdev.console.parts import Link
from localdev.console.place import Place


def of(kind: str, place: Place) -> dict[str, list[Link]]:
    """By name. kind: as in `inventory.Url`."""
    found = defaultdict(list)
    for each in inventory.take().urls:
        if (each.kind, each.account) == (kind, place.account):
            found[each.name].append(Link(each.kind, each.url))
    return found
