"""Whoever builds packages for the emulator can ask which Python will run them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest


@pytest.mark.feature("Lambda", "packages built for the interpreter that runs them")
def test_the_emulator_tells_its_pythons(emulator: Any) -> None:
    """lambda-runtimes: compiled packages fit one version of Python."""
    with urllib.request.urlopen(f"{emulator.endpoint_url}/_localdev/python", timeout=30) as answer:
        told = json.load(answer)
    assert told["executable"] == sys.executable
    assert told["tag"].startswith(f"{sys.implementation.cache_tag}-{sys.platform}-")
    own = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert told["runtimes"][own] == {"executable": told["executable"], "tag": told["tag"]}
    for runtime, interpreter in told["runtimes"].items():
        asked = [interpreter["executable"], "-c", "import sys; print(sys.version.split('.')[1])"]
        assert subprocess.check_output(asked, text=True).strip() == runtime.partition(".")[2]
        assert f"cpython-{runtime.removeprefix('python').replace('.', '')}-" in interpreter["tag"]
