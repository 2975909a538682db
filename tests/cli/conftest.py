"""A stranger's project: a folder with a configuration and some code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.refusal import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project").parent
