"""What is written is there as a whole, or what was there before is."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from localdev.state.files import replaced

KILLED = """
import os, pathlib, signal, sys
from localdev.state.files import replaced
with replaced(pathlib.Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_takes_the_place_of_the_former_one_and_is_its_owners_alone(tmp_path: Path) -> None:
    """Passwords and keys are in it."""
    path = tmp_path / "state"
    path.write_bytes(b"former")
    with replaced(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"former"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"former")
    with pytest.raises(TypeError), replaced(path) as file:
        file.write(["no bytes"])  # type: ignore[arg-type]
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


def test_one_that_is_killed_meanwhile_leaves_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"former")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"former"
