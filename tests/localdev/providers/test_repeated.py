"""Tokens of requests."""

from __future__ import annotations

import pytest

from localdev.providers import repeated


def test_a_token_is_forgotten_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    done: repeated.Done = {}
    monkeypatch.setattr("time.time", lambda: now)
    repeated.remember(done, {"ClientRequestToken": "old"})
    now += 599
    assert repeated.done_before(done, {"ClientRequestToken": "old"})
    repeated.remember(done, {"ClientRequestToken": "young"})
    now += 2
    assert not repeated.done_before(done, {"ClientRequestToken": "old"})
    assert list(done) == ["young"]
