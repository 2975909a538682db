"""What a service holds beside its stores, or in a form that a file cannot have: see `localdev.state.services`."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What makes a thing anew, and with what: as ``__reduce__`` answers.
Reduced = tuple[Any, ...]
Reducers = dict[type, Callable[[Any], Reduced]]


def as_it_is(thing: Any, **changes: Any) -> Reduced:
    """With all its attributes, but for the changes."""
    return copyreg.__newobj__, (type(thing),), vars(thing) | changes  # type: ignore[attr-defined]


class Part:
    """Of one service, while its state is saved or loaded. folder: where the state is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reducers(self) -> Reducers:
        """Of the types in the stores that are not written as they are."""
        return {}

    def keep(self) -> Any:
        """What is to be written beside the stores."""
        return None

    def restore(self, kept: Any) -> None:
        """The stores are filled again; kept: what `keep` returned."""

    def clear(self) -> None:
        """What was saved is in place: what only the former one needed can go."""
