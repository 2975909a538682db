"""The graph as a stranger asks for it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as xml

from tests.cli.refusal import CONFIG, refused_as_json, refused_in_words
from tests.conftest import deploy


def test_mermaid_is_what_one_gets(project: Path) -> None:
    done = deploy("graph", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("flowchart LR\n")
    assert '-.->|"write"|' in done.stdout


def test_a_picture(project: Path) -> None:
    done = deploy("graph", "--svg", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert xml.fromstring(done.stdout).tag == "{http://www.w3.org/2000/svg}svg"


def test_for_programs(project: Path) -> None:
    found = deploy("graph", "--json", cwd=project).json
    assert {node["id"] for node in found["nodes"]} == set(deploy("validate", "--json", cwd=project).json["resources"])
    write = {"from": "qr.role.generator", "to": "qr.bucket.images", "why": "refers to: write"}
    assert write in found["edges"]


def test_of_some_apps(project: Path) -> None:
    (project / "config.yaml").write_text(CONFIG + "  other:\n    buckets: {files: {}}\n")
    found = deploy("graph", "--json", "other", cwd=project).json
    assert found == {
        "nodes": [{"id": "other.bucket.files", "kind": "bucket", "app": "other", "name": "files"}],
        "edges": [],
    }
    assert "files" not in deploy("graph", "qr", cwd=project).stdout


def test_of_nothing(project: Path) -> None:
    (project / "config.yaml").write_text("project: shop\nregion: us-east-1\napps: {}\n")
    for options in ([], ["--svg"]):
        assert deploy("graph", *options, cwd=project).returncode == 0
    assert deploy("graph", "--json", cwd=project).json == {"nodes": [], "edges": []}


def test_of_an_app_that_is_not_there(project: Path) -> None:
    refused_in_words(project, "graph", "qrr", code=2, says="no app 'qrr'", hint="'qr'")


def test_a_picture_is_no_json(project: Path) -> None:
    refused_as_json(project, "graph", "--svg", code=2, says="--svg does not go with --json", hint="leave out")
