"""How a refusal has to look, whatever was wrong: for people, and with --json for programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.conftest import deploy
from tests.launcher import Ended

CONFIG = """\
project: shop
region: us-east-1
apps:
  qr:
    buckets:
      images: {}
    functions:
      generator:
        source: code
        environment:
          BUCKET: ${buckets.images.name}
        grants:
          images: write
    api:
      routes:
        POST /generate: generator
"""
CODE = """\
def handler(event, context):
    return {"statusCode": 200, "body": "{}"}
"""


def write_project(folder: Path, config: str = CONFIG) -> Path:
    """A small project without requirements; returns its configuration."""
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "app.py").write_text(CODE)
    file = folder / "config.yaml"
    file.write_text(config)
    return file


def refused(folder: Path, *arguments: str, **expected: Any) -> None:
    """Assert that a command is refused, in plain words and as JSON."""
    refused_in_words(folder, *arguments, **expected)
    refused_as_json(folder, *arguments, **expected)


def refused_in_words(folder: Path, *arguments: str, env: dict[str, str] | None = None, **expected: Any) -> None:
    check_words(deploy(*arguments, cwd=folder, env=env), **expected)


def check_words(done: Ended, *, code: int, says: str, hint: str = ".", line: int | None = None) -> None:
    """Assert an exit code, one line that matches ``says``, a hint, and nothing else. ``line``: of config.yaml."""
    assert "Traceback" not in done.stderr, done.stderr.splitlines()[-1]
    assert done.returncode == code, done.stdout + done.stderr
    assert [text for text in done.stdout.splitlines() if not text.startswith("  … ")] == []  # but for slow work
    first, *rest = done.stderr.splitlines()
    place = f"config.yaml:{line}: " if line else ""
    assert first.startswith(f"error: {place}"), first
    assert re.search(says, first), first
    assert [text.partition(": ")[0] for text in rest] == ["hint"], f"no hint: {done.stderr}"
    assert re.search(hint, rest[0].removeprefix("hint: ")), rest[0]


def refused_as_json(
    folder: Path,
    *arguments: str,
    code: int,
    says: str,
    hint: str = ".",
    line: int | None = None,
    env: dict[str, str] | None = None,
) -> None:
    """Like refused_in_words, for one JSON document on standard output."""
    done = deploy(*arguments, "--json", cwd=folder, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.json.keys() == {"error"}
    error = done.json["error"]
    assert re.search(says, f"{error.get('file', '')}: {error['message']}"), error
    assert re.search(hint, error["hint"]), error
    if line:
        assert (error["file"], error["line"]) == ("config.yaml", line)
