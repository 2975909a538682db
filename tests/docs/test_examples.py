"""The configurations that documents show."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployer.resource import Resource, kinds
from localdev.testing import Account
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
    for folder in ("functions", "sites"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "config.yaml").write_text(shown("README.md"))
    ended = deploy("validate", "--config", tmp_path / "config.yaml")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.section], ids=lambda kind: kind.kind)
def test_the_readme_names_every_key_of_a_section(kind: type[Resource]) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| `{kind.section}` |"))
    named = set(re.findall(r"`(\w+)`", row.split(" | ")[2]))
    assert named >= kind.Spec.model_fields.keys()
    assert named - kind.Spec.model_fields.keys() <= {"AES256", "keys"}
    levels = re.search(r"nothing more \((.*?)\)", " ".join(lines))
    assert levels
    assert set(re.findall(r"`(\w+)`", levels[1])) >= kind.grants.keys()


def test_the_tutorial_shows_a_part_of_the_projects_configuration() -> None:
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text())
    assert part_of(yaml.safe_load(shown("docs/tutorial.md")), configuration["apps"])


def test_the_tutorial_draws_what_graph_prints() -> None:
    drawn = [block.lines for block in blocks((ROOT / "docs/tutorial.md").read_text()) if block.language == "mermaid"]
    assert deploy("graph", "qr").stdout.splitlines() in drawn


def test_the_emulators_page_shows_tests_that_pass(
    aws_environment: Account, aws_accounts: Callable[[], AbstractContextManager[Account]]
) -> None:
    (block,) = (
        block
        for block in blocks((ROOT / "docs/localdev.md").read_text(encoding="utf-8"))
        if any(line.startswith("def test_") for line in block.lines)
    )
    shown: dict[str, Any] = {}
    exec("\n".join(block.lines), shown)
    shown["test_an_order_is_kept"](aws_environment)
    assert aws_environment.client("s3").list_objects_v2(Bucket="orders")["KeyCount"] == 1
    with aws_accounts() as account:
        shown["test_nothing_is_left_of_it"](account)
