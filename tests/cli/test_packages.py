"""Requirements that cannot be had: named, before anything is made."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.refusal import refused
from tests.conftest import Stack, StackMaker

METADATA = "Metadata-Version: 2.1\nName: source-only\nVersion: 1.0\n"
SETUP = "from setuptools import setup\nsetup(name='source-only', version='1.0')\n"

# What requirements.txt asks for, and what the refusal has to name.
UNOBTAINABLE = {
    "no such package": ("surely-no-such-package\n", "surely-no-such-package"),
    "no such version": ("source-only==99.0\n", "source-only==99.0"),
    "source alone": ("source-only==1.0\n", "source-only==1.0"),
    "two that exclude each other": ("source-only==1.0\nsource-only==2.0\n", "source-only"),
    "no requirement": ("== 1.0\n", r"requirements\.txt"),
    "no such file": ("--requirement more.txt\n", r"more\.txt"),
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """All packages there are, for these tests need no registry: one, and that as source."""
    folder = tmp_path / "index"
    folder.mkdir()
    with tarfile.open(folder / "source_only-1.0.tar.gz", "w:gz") as archive:
        for name, text in {"PKG-INFO": METADATA, "setup.py": SETUP}.items():
            entry = tarfile.TarInfo(f"source_only-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return folder


@pytest.mark.parametrize(("requirements", "names"), UNOBTAINABLE.values(), ids=UNOBTAINABLE)
def test_refused_by_name_before_anything_is_made(
    project: Path, stack: StackMaker, index: Path, left: Callable[[str], list[str]], requirements: str, names: str
) -> None:
    (project / "code" / "requirements.txt").write_text(f"--no-index\n--find-links {index}\n{requirements}")
    own: Stack = stack(project / "config.yaml")
    says = rf"code/requirements\.txt cannot be installed.*{names}"
    refused(project, "up", *own.options, code=1, says=says, hint="wheel|requirements.txt")
    assert left(f"shop-{own.stage}-") == []
