"""What a script takes at most is its own, and not what the process that asks has."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.memory import peak
from bench.processes import StepFailed

MEGABYTES = 200


def script(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_memory_given_back_counts(tmp_path: Path) -> None:
    measured = peak(script(tmp_path, f"taken = b'x' * {MEGABYTES << 20}\ndel taken\n"))
    assert MEGABYTES < measured < MEGABYTES + 50


def test_memory_of_whoever_measures_does_not_count(tmp_path: Path) -> None:
    mine = b"x" * (MEGABYTES << 20)
    assert peak(script(tmp_path, "")) < 50
    del mine


def test_a_script_that_fails_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no use"):
        peak(script(tmp_path, "raise SystemExit('no use')"))
