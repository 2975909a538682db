"""The configurations that documents show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.conftest import deploy
from tests.docs.document import blocks
from tests.docs.project import ROOT


def shown(document: str) -> str:
    """The one ``yaml`` block of a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    (block,) = (block for block in blocks(text) if block.language == "yaml")
    return "\n".join(block.lines)


def part_of(part: Any, whole: Any) -> bool:
    if not isinstance(part, dict):
        return bool(part == whole)
    return isinstance(whole, dict) and all(key in whole and part_of(part[key], whole[key]) for key in part)


def test_the_readmes_configuration_is_valid(tmp_path: Path) -> None:
    (tmp_path / "functions").symlink_to(ROOT / "functions")
    (tmp_path / "config.yaml").write_text(shown("README.md"))
    ended = deploy("validate", "--config", tmp_path / "config.yaml")
    assert ended.returncode == 0, ended.stderr


def test_the_tutorial_shows_a_part_of_the_projects_configuration() -> None:
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text())
    assert part_of(yaml.safe_load(shown("docs/tutorial.md")), configuration["apps"])
