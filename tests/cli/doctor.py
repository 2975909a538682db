"""How the doctor's document has to look, whatever it finds."""

from __future__ import annotations

from typing import Any

from tests.launcher import Ended

ALWAYS = {"python", "packages", "uv", "configuration"}


def found(done: Ended) -> dict[str, Any]:
    """Name to check; of several the first that is not ok."""
    assert done.stderr == ""
    checks = done.json["checks"]
    assert all(check.keys() == {"name", "state", "text", "remedy"} for check in checks)
    assert all(check["remedy"] for check in checks if check["state"] != "ok")
    assert done.returncode == (1 if any(check["state"] == "problem" for check in checks) else 0)
    ranked = sorted(checks, key=lambda check: check["state"] == "ok")
    return {check["name"]: check for check in reversed(ranked)}
