"""Whoever builds packages for the emulator can ask which Python will run them."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any


def test_the_emulator_tells_its_python(emulator: Any) -> None:
    with urllib.request.urlopen(f"{emulator.endpoint_url}/_localdev/python", timeout=10) as answer:
        told = json.load(answer)
    assert told["executable"] == sys.executable
    assert told["tag"].startswith(f"{sys.implementation.cache_tag}-{sys.platform}-")
