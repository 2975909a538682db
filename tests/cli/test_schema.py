"""What editors get."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import deploy
from tests.launcher import ROOT


def test_the_schema_in_the_repository_is_the_one_that_is_printed(tmp_path: Path) -> None:
    """Renew it: python deploy.py schema > docs/config.schema.json"""
    done = deploy("schema", cwd=tmp_path)  # where there is no configuration
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "docs" / "config.schema.json").read_text(encoding="utf-8")
    assert deploy("schema", "--json", cwd=tmp_path).stdout == done.stdout
