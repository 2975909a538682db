"""Tags, as values of the condition keys that end with a tag's key.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any


class Tags(Mapping[str, str | None]):
    """``aws:resourcetag/<key>`` for each prefix: all of them are known, and None without such a tag.

    find: the tags, looked up when a policy first asks; None if they cannot be known. Tag keys count in any case.
    """

    def __init__(self, *prefixes: str, find: Callable[[], dict[str, str] | None]) -> None:
        self._prefixes, self._find = prefixes, find

    @cached_property
    def _found(self) -> dict[str, str] | None:
        found = self._find()
        return found and {key.lower(): value for key, value in found.items()}

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.startswith(self._prefixes) and self._found is not None

    def __getitem__(self, key: str) -> str | None:
        if key not in self or self._found is None:
            raise KeyError(key)
        return self._found.get(key.partition("/")[2])

    def __iter__(self) -> Iterator[str]:
        return (f"{prefix}{key}" for prefix in self._prefixes for key in self._found or {})

    def __len__(self) -> int:
        return len(self._prefixes) * len(self._found or {})


def read(written: Any) -> dict[str, str]:
    """However a service writes them: ``{key: value}``, or a list with a name of its own for each."""
    if isinstance(written, dict):
        return dict(written)
    found = {}
    for tag in written or []:
        named = {name.lower().removeprefix("tag"): value for name, value in tag.items()}
        found[named["key"]] = named.get("value") or ""
    return found
