"""``expire`` understands times as people write them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click
import pytest

from localdev.commands.expire import expire


@pytest.fixture(autouse=True)
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("2100-01-01", 4102444800),
        ("2100-01-01T10:00", 4102480800),
        ("2100-01-01T10:00:30", 4102480830),
        ("2100-01-01T10:00+02:00", 4102473600),
        ("2100-01-01T10:00:00Z", 4102480800),
        ("1970-01-01", 0),
    ],
)
def test_a_time(said: str, want: float) -> None:
    assert expire.make_context("expire", ["--at", said]).params["at"] == want


@pytest.mark.parametrize("said", ["tomorrow", "", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999Z"])
def test_none(said: str) -> None:
    with pytest.raises(click.BadParameter, match=f"^{said!r} is no time of the years 1 to 9999, as 2100-01-31 "):
        expire.make_context("expire", ["--at", said])
