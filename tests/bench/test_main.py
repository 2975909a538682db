"""Parts: chosen by name, and one that fails loses nothing of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.__main__ import main, run
from bench.processes import StepFailed
from bench.report import Aim, at_most


def part(figure: float) -> Any:
    """A part that measures at once; at most 1 is aimed at."""

    def aims(found: dict[str, Any]) -> list[Aim]:
        return [at_most("figure", found["figure"], 1, "{:.1f} s", "it is too much")]

    return SimpleNamespace(
        measure=lambda tell: {"figure": figure}, section=lambda found: f"measured {found['figure']}", aims=aims
    )


def failing() -> Any:
    def measure(tell: Callable[[str], None]) -> dict[str, Any]:
        raise StepFailed("deploy.py up: exit code 1")

    return SimpleNamespace(measure=measure)


def figures(folder: Path) -> Any:
    return json.loads((folder / "results.json").read_text())["parts"]


def test_a_part_that_fails_is_noted_and_the_others_are_measured(tmp_path: Path) -> None:
    assert run(["bad", "good"], {"bad": failing(), "good": part(0.5)}, tmp_path) == 1
    assert figures(tmp_path)["good"]["figure"] == 0.5
    report = (tmp_path / "results.md").read_text()
    assert "measured 0.5" in report
    assert "**Failed**: StepFailed: deploy.py up: exit code 1" in report


def test_parts_that_are_not_chosen_keep_their_figures(tmp_path: Path) -> None:
    parts = {"one": part(0.1), "two": part(0.2)}
    assert run(["one", "two"], parts, tmp_path) == 0
    assert run(["two"], {"one": part(0.8), "two": part(0.9)}, tmp_path) == 0
    assert {name: each["figure"] for name, each in figures(tmp_path).items()} == {"one": 0.1, "two": 0.9}


def test_a_part_that_was_never_measured_is_said_to_be_missing(tmp_path: Path) -> None:
    assert run(["one"], {"one": part(0.1), "two": part(0.2)}, tmp_path) == 0
    assert "## two\n\n**Failed**: not measured" in (tmp_path / "results.md").read_text()


@pytest.mark.parametrize(("figure", "sign", "reasons"), [(1.0, "✓", 0), (1.1, "✗", 1)])
def test_an_aim_is_met_or_has_its_reason(tmp_path: Path, figure: float, sign: str, reasons: int) -> None:
    run(["one"], {"one": part(figure)}, tmp_path)
    report = (tmp_path / "results.md").read_text()
    (line,) = (line for line in report.splitlines() if line.startswith("| figure"))
    assert [cell.strip() for cell in line.split("|")[1:-1]] == ["figure", f"{figure:.1f} s", "1.0 s", sign]
    assert report.count("- figure: it is too much") == reasons


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scales"]) == 2
    assert capsys.readouterr().err.startswith("error: there is no part 'scales'\nhint: parts are: deployments, ")
