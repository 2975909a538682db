"""Lambda: how environments are lent, what versions cost, and what LocalStack does not hand on to an executor."""

from __future__ import annotations

from localdev.functions import environments, versions


def apply() -> None:
    environments.apply()
    versions.apply()
