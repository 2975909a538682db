"""Wildcards: what an asterisk stands for, and that nothing makes a comparison take for ever."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as some

from localdev.wildcards import between_asterisks


@given(some.lists(some.text("ab.", max_size=3), min_size=1, max_size=5), some.text("abc\n", max_size=12))
def test_it_says_what_a_regular_expression_says(parts: list[str], text: str) -> None:
    assert bool(between_asterisks(parts).fullmatch(text)) == bool(re.fullmatch(".*".join(parts), text, re.DOTALL))


def test_many_asterisks_on_a_long_text() -> None:
    """Tried in every way this would take longer than the earth has been there."""
    assert not between_asterisks(["", *["a"] * 40, "b"]).fullmatch("a" * 5000)
