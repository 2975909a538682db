"""How much a distribution keeps, without an emulator."""

from __future__ import annotations

import pytest

from localdev.providers.cloudfront import cache
from localdev.providers.cloudfront.cache import Answer, Cache, Key


def key(path: str) -> Key:
    return Key(path, "", (), ())


def moved(kept: Cache, path: str, seconds: float = 60) -> None:
    kept.put(key(path), Answer(301, {"location": "/"}, b""), seconds, error=False)


def test_answers_without_a_body_fill_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LIMIT", 3 * cache.EMPTY)
    kept = Cache()
    for path in "abc":
        moved(kept, path)
    assert kept.get(key("a"))
    moved(kept, "d")
    assert [path for path in "abcd" if kept.get(key(path))] == ["a", "c", "d"], "the longest unasked for goes first"


def test_what_has_expired_is_not_kept() -> None:
    kept = Cache()
    for number in range(1000):
        moved(kept, str(number), seconds=0)
    moved(kept, "fresh")
    assert kept.get(key("fresh"))
    assert len(vars(kept)["_entries"]) == 1
