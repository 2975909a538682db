"""What the page can show, whatever service it comes from. The page knows each part by its ``kind``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Link:
    """``href``: an http address, or one within the console, which begins with ``#``."""

    text: str
    href: str


Cell = str | Link


@dataclass(frozen=True)
class Thing:
    """One resource in a list. ``name`` is how its service's `details` knows it, ``title`` how people do."""

    name: str
    note: str = ""
    title: str = ""
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name)


@dataclass(frozen=True)
class Facts:
    """Labels and values; those without a value are left out."""

    rows: list[tuple[str, Cell]]
    kind: str = field(default="facts", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", [row for row in self.rows if row[1]])


@dataclass(frozen=True)
class Table:
    """Nothing is shown of a table without rows, unless ``empty`` says what to say."""

    caption: str
    columns: list[str]
    rows: list[list[Cell]]
    note: str = ""
    empty: str = ""
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Document:
    """JSON: a policy, a pattern."""

    caption: str
    value: Any
    kind: str = field(default="document", init=False)


@dataclass(frozen=True)
class Lines:
    """Text, the newest line last."""

    caption: str
    lines: list[str]
    kind: str = field(default="lines", init=False)


@dataclass(frozen=True)
class Hidden:
    """Values that are shown when somebody asks: the page gets ``names``, and the rest from `reveal`."""

    caption: str
    names: list[str]
    kind: str = field(default="hidden", init=False)


Part = Facts | Table | Document | Lines | Hidden


def when(moment: datetime | float | str | None) -> str:
    """A time as AWS's services give it: seconds since 1970, ISO 8601 or a datetime."""
    if moment is None or isinstance(moment, str):
        return (moment or "")[:19].replace("T", " ")
    if not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def yes(truth: object) -> str:
    return "yes" if truth else "no"


def size(count: float) -> str:
    """Bytes for people: 1,024 of one unit are one of the next."""
    if count < 1024:
        return number(round(count), "byte")
    power = min(int(math.log2(count)) // 10, 3)
    scaled = count / 1024**power
    return f"{scaled:.{0 if scaled >= 10 else 1}f} {('kB', 'MB', 'GB')[power - 1]}"


def number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def tags_of(given: Any) -> dict[str, str]:
    """AWS's services give tags in two ways: as a map, and as a list of keys and values."""
    if isinstance(given, dict):
        return given
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue", "")) for tag in given or ()}
