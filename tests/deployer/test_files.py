from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from deployer import files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "code"
    (made / "inside").mkdir(parents=True)
    (made / "app.py").write_text("one")
    (made / "inside" / "data.json").write_text("{}")
    return made


def replace(folder: Path) -> None:
    """As editors do that never leave half a file behind: same size, and an older time."""
    new = folder / ".app.py.new"
    new.write_text("two")
    os.utime(new, ns=(0, (folder / "app.py").stat().st_mtime_ns))
    new.rename(folder / "app.py")


SAVES: dict[str, tuple[Callable[[Path], object], str]] = {
    "saved": (lambda folder: (folder / "app.py").write_text("longer"), "app.py"),
    "replaced": (replace, "app.py"),
    "touched": (lambda folder: os.utime(folder / "app.py", (1, 1)), "app.py"),
    "inside": (lambda folder: (folder / "inside" / "data.json").write_text("{1}"), "inside/data.json"),
    "added": (lambda folder: (folder / "new.py").write_text(""), "new.py"),
    "removed": (lambda folder: (folder / "app.py").unlink(), "app.py"),
    "added below": (lambda folder: ((folder / "new").mkdir(), (folder / "new" / "x.py").touch()), "new/x.py"),
}


@pytest.mark.parametrize("save", SAVES)
def test_what_is_seen(folder: Path, save: str) -> None:
    before = files.look([folder])
    assert files.changed(before, files.look([folder])) == {}
    do, path = SAVES[save]
    do(folder)
    assert files.changed(before, files.look([folder])) == {folder: {str(folder / path)}}


STAYS_HERE = (
    ".hidden", ".env", ".DS_Store", ".git/index", ".venv/lib/x.py", "__pycache__/app.cpython-311.pyc", "app.pyc",
    "app.py~", "index.html~", "#app.py#", ".#app.py", ".app.py.swp", "app.swp", "4913", "app.py.tmp",
    "inside/__pycache__/x.pyc", "app.py.bak", "app.py.orig", "node_modules/x/index.js", "Thumbs.db", "desktop.ini",
)  # fmt: skip


@pytest.mark.parametrize("name", STAYS_HERE)
def test_what_editors_and_python_leave_is_ignored(folder: Path, name: str) -> None:
    before = files.look([folder])
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("")
    assert files.look([folder]) == before


def test_names_that_only_begin_or_end_like_those(folder: Path) -> None:
    before = files.look([folder])
    for name in ("tmp.py", "49130", "a#b", "swp", "x.tmpl"):
        (folder / name).write_text("")
    assert len(files.changed(before, files.look([folder]))[folder]) == 5


def test_a_file_of_its_own_and_places_that_are_not_there(folder: Path, tmp_path: Path) -> None:
    config, missing = tmp_path / "config.yaml", tmp_path / "missing"
    config.write_text("")
    before = files.look([folder, config, missing])
    config.write_text("project: shop")
    assert files.changed(before, files.look(before)) == {config: {str(config)}}
    missing.mkdir()
    (missing / "app.py").write_text("")
    assert files.changed(before, files.look(before)).keys() == {config, missing}


def test_a_link_that_leads_nowhere_is_no_hindrance(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "nowhere")
    assert str(folder / "link") not in files.look([folder])[folder]


def test_a_save_in_several_writes_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = ["x" * 100] * 10

    def another_write(_: float) -> None:
        if pieces:
            with (folder / "app.py").open("a") as file:
                file.write(pieces.pop())

    monkeypatch.setattr(files, "time", SimpleNamespace(monotonic=time.monotonic, sleep=another_write))
    seen = files.wait(files.look([folder]))
    assert (folder / "app.py").stat().st_size == 1003
    assert seen == files.look([folder])


def test_names_that_are_only_alike_are_deployed(folder: Path) -> None:
    names = ["4913.py", "a4913", "environment", "my_node_modules", "swp", "x.bak.py", "#1.txt", "thumbs.db.json"]
    for name in names:
        (folder / name).write_text("")
    found = [path.relative_to(folder).as_posix() for path in files.files_below(folder)]
    assert found == [*sorted([*names, "app.py"]), "inside/data.json"]
