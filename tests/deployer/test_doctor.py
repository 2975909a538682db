from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deployer.doctor import local, machine
from deployer.run import Run
from deployer.schema import schema
from tests.launcher import ROOT


def run(file: Path) -> Run:
    return Run(file, None, "local", None, False, ())


def test_the_packages_are_those_that_the_project_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert sorted(machine.PACKAGES) == sorted(project["dependencies"])


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    (check,) = machine.packages(run(ROOT / "config.yaml"))
    assert check.state == "problem"
    assert "rich" in check.text
    assert "boto3" not in check.text
    assert "make install" in check.remedy


def test_uv_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    (check,) = machine.uv(run(ROOT / "config.yaml"))
    assert check.state == "problem"


def test_a_schema_that_editors_are_told_of(tmp_path: Path) -> None:
    file, path = tmp_path / "config.yaml", tmp_path / "my.schema.json"
    file.write_text("# yaml-language-server: $schema=my.schema.json\nproject: shop\n")
    for text in (None, "{", "{}"):
        if text is not None:
            path.write_text(text)
        (check,) = machine.schema(run(file))
        assert (check.state, str(path) in check.text) == ("warning", True)
        assert check.remedy == f"python deploy.py schema > {path}"
    path.write_text(json.dumps(schema()))
    (check,) = machine.schema(run(file))
    assert (check.state, check.remedy) == ("ok", "")


def test_a_schema_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "my project" / "config.yaml"
    file.parent.mkdir()
    file.write_text("# yaml-language-server: $schema=docs/config.schema.json\n")
    elsewhere = Run(file, None, "local", "http://127.0.0.1:1", as_json=False, apps=())
    (check,) = machine.schema(elsewhere)
    assert check.state == "warning"
    subprocess.run(check.remedy.replace("python ", f"{sys.executable} "), shell=True, cwd=ROOT, check=True)
    (check,) = machine.schema(elsewhere)
    assert check.state == "ok"


def test_a_configuration_that_names_no_schema(tmp_path: Path) -> None:
    """The line that it could have leads to ours, from wherever it is."""
    (tmp_path / "config.yaml").write_text("project: shop\n")
    (check,) = machine.schema(run(tmp_path / "config.yaml"))
    named = check.text.partition("$schema=")[2].partition("'")[0]
    assert check.state == "ok"
    assert json.loads((tmp_path / named).read_text()) == schema()


@pytest.mark.parametrize(
    ("said", "state", "text", "remedy"),
    [
        ('{"running": false, "log": "x"}', "ok", "not running: python up starts it", ""),
        ('{"running": true, "log": "/tmp/log"}', "warning", "does not answer yet", "/tmp/log"),
        ("", "problem", "No module named localstack", "make install"),
    ],
)
def test_an_emulator_that_does_not_answer(said: str, state: str, text: str, remedy: str) -> None:
    check = local.status(said, "Traceback\nNo module named localstack\n", "python up")
    assert (check.state, text in check.text, remedy in check.remedy) == (state, True, True)
