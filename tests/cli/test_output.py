"""Standard output and error that are closed, full, or read by nobody."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.refusal import write_project
from tests.conftest import StackMaker, command
from tests.launcher import LIMIT, environment

FULL = "error: standard output: No space left on device"
# What a shell is told: the exit code, and with what standard error begins, where it can be read.
CASES = {
    "validate >&-": (0, ""),
    "validate 2>&-": (0, ""),
    "validate <&- >&- 2>&-": (0, ""),
    "validate | true": (0, ""),
    "validate >/dev/full": (1, FULL),
    "validate --json >/dev/full": (1, FULL),
    "--help >/dev/full": (1, FULL),
    "nonsense >&-": (2, "error: No such command"),
    "nonsense 2>&-": (2, ""),
    "nonsense 2>/dev/full": (2, ""),
}


def shell(project: Path, line: str) -> subprocess.Popen[str]:
    deploy = shlex.join(command())
    return subprocess.Popen(
        ["bash", "-c", f"set -o pipefail; {deploy} {line}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=project,
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.Popen[str]]:
    """All at once, for each starts an interpreter."""
    project = write_project(tmp_path_factory.mktemp("output") / "project").parent
    return {line: shell(project, line) for line in CASES}


@pytest.mark.parametrize("line", CASES)
def test_a_command_says_what_it_can(runs: dict[str, subprocess.Popen[str]], line: str) -> None:
    code, says = CASES[line]
    _, error = runs[line].communicate(timeout=LIMIT)
    assert (runs[line].returncode, error.split("\n")[0][: len(says or error)]) == (code, says), error
    assert "Traceback" not in error


@pytest.mark.parametrize(("where", "code"), [(">/dev/full", 1), ("2>&1 | head -1", 0)])
def test_what_cannot_be_written_stops_nothing(project: Path, stack: StackMaker, where: str, code: int) -> None:
    shop = stack(project / "config.yaml")
    done = shell(project, f"up {shlex.join(shop.options)} {where}")
    _, error = done.communicate(timeout=LIMIT)
    assert (done.returncode, error.startswith(FULL)) == (code, code == 1), error
    assert shop.json("plan", "--check")["changes"] == []
