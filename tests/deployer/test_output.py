"""Characters that a terminal does not have."""

from __future__ import annotations

import io
import sys

import pytest

from deployer import output


def test_a_character_that_the_terminal_does_not_have_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    output.prepare()
    assert output.put("  … waiting")
    assert shown.getvalue() == b"  \\u2026 waiting\n"
