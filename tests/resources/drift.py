"""What another client may do to a resource, generated from the properties it should have.

A drift is named after the place it is at, such as ``Policy.Statement[0].Action changed``, ``Cors[0] removed`` or
``Environment added``: every leaf can change, every item can go, every dictionary and list can get one more.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as LocalPath
from typing import Any, Literal

Path = tuple[str | int, ...]
Way = Literal["changed", "removed", "added"]


@dataclass(frozen=True)
class Drift:
    """One thing done at ``path``. ``value`` is what is there then; of ``added`` what is there besides."""

    path: Path
    way: Way
    value: Any = None

    @property
    def name(self) -> str:
        first, *others = self.path
        rest = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in others)
        return f"{first}{''.join(rest)} {self.way}"

    @property
    def property(self) -> str:
        return str(self.path[0])

    def apply(self, properties: Any) -> Any:
        """A copy of ``properties`` in which it has happened."""
        return _apply(self, copy.deepcopy(properties), self.path)

    def disturbs(self, other: Drift) -> bool:
        """Whether the two cannot be made, or told apart, at the same time."""
        if any(
            one.way == "removed" and _begins(two.path, one.path[:-1]) for one, two in ((self, other), (other, self))
        ):
            return True  # what stands behind it in a list moves up
        shorter, longer = sorted((self, other), key=lambda drift: len(drift.path))
        return self.path == other.path or (shorter.way != "added" and _begins(longer.path, shorter.path))


def _begins(path: Path, start: Path) -> bool:
    return path[: len(start)] == start


def _apply(drift: Drift, value: Any, path: Path) -> Any:
    if not path:
        if drift.way == "changed":
            return drift.value
        return [*value, drift.value] if isinstance(value, list) else {**value, **drift.value}
    first, rest = path[0], path[1:]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{str(first): _apply(drift, getattr(value, str(first)), rest)})
    if drift.way == "removed" and not rest:
        del value[first]
    else:
        value[first] = _apply(drift, value[first], rest)
    return value


def drifts(want: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Drift]:
    """Every drift of ``want``.

    Args:
        other: pattern of names to the value to use where a generated one would be refused; a function gets the
            value that it replaces, of ``added`` the one that gets more.
    """
    for property, value in want.items():
        for drift in _at((property,), value):
            given = next((value for pattern, value in other.items() if re.fullmatch(pattern, drift.name)), drift.value)
            now = at(want, drift.path) if callable(given) else None
            yield dataclasses.replace(drift, value=given(now) if callable(given) else given)


def _at(path: Path, value: Any) -> Iterator[Drift]:
    if isinstance(path[-1], int) or (len(path) == 1 and value not in (None, [], {})):
        yield Drift(path, "removed")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name, item in vars(value).items():
            if not isinstance(item, LocalPath):  # where it was made from
                yield from _at((*path, name), item)
    elif isinstance(value, dict):
        yield Drift(path, "added", {"added": copy.deepcopy(next(reversed(value.values()), None))})
        for key, item in value.items():
            yield Drift((*path, key), "removed")
            yield from _at((*path, key), item)
    elif isinstance(value, list):
        yield Drift(path, "added", _other(value[-1]) if value else None)
        for index, item in enumerate(value):
            yield from _at((*path, index), item)
    else:
        yield Drift(path, "changed", _other(value))


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}-changed" if isinstance(value, str) else None


def at(properties: Any, path: Path) -> Any:
    for part in path:
        properties = getattr(properties, str(part)) if dataclasses.is_dataclass(properties) else properties[part]
    return properties


def rounds(found: Iterable[Drift], alone: frozenset[str] = frozenset()) -> list[list[Drift]]:
    """All drifts in as few groups as can be: those of a group are of one property and do not disturb one another.

    Args:
        alone: properties of which each drift is a group of its own.
    """
    groups: list[list[Drift]] = []
    for drift in found:
        for group in groups:
            property = group[0].property
            if property == drift.property and property not in alone and not any(drift.disturbs(each) for each in group):
                group.append(drift)
                break
        else:
            groups.append([drift])
    return groups
