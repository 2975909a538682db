"""Values that are only known once another resource exists.

A property may hold a :class:`Ref` or a :class:`Join` of texts and refs, at any depth. :func:`resolve` puts
the values in; what cannot be known yet becomes :data:`UNKNOWN`, which equals nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ref:
    """Output ``attribute`` of the resource ``id`` (such as ``qr.bucket.images``)."""

    id: str
    attribute: str


@dataclass(frozen=True)
class Join:
    """Texts and refs, one after the other."""

    parts: tuple[str | Ref, ...]


class _Unknown:
    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN = _Unknown()


def refs(value: Any) -> Iterator[Ref]:
    """Every ref inside ``value``."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Join):
        yield from (part for part in value.parts if isinstance(part, Ref))
    elif isinstance(value, dict):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def resolve(value: Any, lookup: Callable[[Ref], Any]) -> Any:
    """``value`` with each ref replaced by what ``lookup`` says of it (which may be UNKNOWN)."""
    if isinstance(value, Ref):
        return lookup(value)
    if isinstance(value, Join):
        parts = [lookup(part) if isinstance(part, Ref) else part for part in value.parts]
        return UNKNOWN if UNKNOWN in parts else "".join(parts)
    if isinstance(value, dict):
        return {key: resolve(item, lookup) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, lookup) for item in value]
    return value
