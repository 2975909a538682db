"""Times that nothing can expire at."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("at", ["1e18", "-1e18", "inf", "nan", "1e11111", "tomorrow", ""])
def test_what_is_no_time_is_refused(ask: Callable[..., Any], at: str) -> None:
    answer = ask(f"/_localdev/expire?at={at}", "POST")
    said = json.loads(answer.body)
    assert (answer.status, said["error"]) == (400, f"{at!r} is no time")
    assert said["hint"] == "give the seconds since 1970, as in at=1767225600"
