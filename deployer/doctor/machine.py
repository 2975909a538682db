"""This machine: its Python, what is installed, and the configuration."""

from __future__ import annotations

import importlib
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from deployer.doctor.check import Check
from deployer.report import count
from deployer.run import Run

_OLDEST = (3, 11)
# What the deployer needs, as pyproject.toml says, and the name under which it is imported.
PACKAGES = {"boto3": "boto3", "click": "click", "pydantic": "pydantic", "pyyaml": "yaml", "rich": "rich", "uv": "uv"}
_INSTALL = "install them: make install, or pip install -r requirements/aws.txt"
_SECONDS = 60  # that uv may take to tell its version
_SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "config.schema.json"
_FOR_EDITORS = re.compile(r"^#\s*yaml-language-server:\s*\$schema=(\S+)", re.MULTILINE)


def python(run: Run) -> Iterator[Check]:
    found = f"{platform.python_version()}, {platform.machine()}, {sys.executable}"
    if sys.version_info >= _OLDEST:
        yield Check("python", "ok", found)
    else:
        yield Check("python", "problem", found, f"Python {'.'.join(map(str, _OLDEST))} or newer is needed")


def packages(run: Run) -> Iterator[Check]:
    broken, versions = [], []
    for package, module in PACKAGES.items():
        try:
            importlib.import_module(module)
            versions.append(f"{package} {metadata.version(package)}")
        except (ImportError, metadata.PackageNotFoundError) as error:
            broken.append(f"{package} ({error})")
    if broken:
        yield Check("packages", "problem", f"cannot be imported: {', '.join(broken)}", _INSTALL)
    else:
        yield Check("packages", "ok", ", ".join(versions))


def uv(run: Run) -> Iterator[Check]:
    """It installs what functions require."""
    try:
        from uv import find_uv_bin

        done = subprocess.run(
            [find_uv_bin(), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (ImportError, OSError, subprocess.SubprocessError) as error:
        yield Check("uv", "problem", f"uv does not run: {error}", _INSTALL)
    else:
        yield Check("uv", "ok", done.stdout.strip())


def configuration(run: Run) -> Iterator[Check]:
    resources = run.declare(run.stack(), run.config.select(()))
    apps, things = count(len(run.config.apps), "app"), count(len(resources), "resource")
    yield Check("configuration", "ok", f"{run.file} is valid: {apps}, {things}, region {run.config.region}")


def schema(run: Run) -> Iterator[Check]:
    """Whether editors find a schema that is the one of this version."""
    try:
        named = _FOR_EDITORS.search(run.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return  # said of the configuration already
    if named is None:
        line = f"# yaml-language-server: $schema={os.path.relpath(_SCHEMA, run.file.resolve().parent)}"
        yield Check("schema", "ok", f"{run.file} names none for editors, as '{line}' would")
        return
    if "://" in named[1]:
        return
    import json

    from deployer.schema import schema

    path = run.file.parent / named[1]
    renew = f"python deploy.py schema > {shlex.quote(str(path))}"
    if not path.parent.is_dir():
        renew = f"mkdir -p {shlex.quote(str(path.parent))} && {renew}"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield Check("schema", "warning", f"{path}, which editors are told of, cannot be read", renew)
        return
    if found == schema():
        yield Check("schema", "ok", f"editors know this version's keys from {path}")
    else:
        yield Check("schema", "warning", f"{path} is of another version", renew)
