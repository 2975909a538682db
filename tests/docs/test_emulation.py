"""The table of what the emulator emulates is the one that the tests' marks make."""

from __future__ import annotations

import subprocess
import sys

from tests.features import ROOT


def test_it_says_what_the_tests_say() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tests.features"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs" / "emulation.md").read_text() == made.stdout, "run: make features"
