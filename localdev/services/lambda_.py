"""Lambda: how environments are lent, what versions cost, and what LocalStack does not hand on to an executor."""

from __future__ import annotations

from localdev.functions import dead_letters, environments, failed, requests, versions


def apply() -> None:
    dead_letters.apply()
    environments.apply()
    failed.apply()
    requests.apply()
    versions.apply()
