"""Lambda: how environments are lent, what versions and invocations cost, and what LocalStack keeps from executors."""

from __future__ import annotations

from localdev.functions import dead_letters, environments, failed, pollers, recording, requests, urls, versions


def apply() -> None:
    dead_letters.apply()
    environments.apply()
    failed.apply()
    requests.apply()
    urls.apply()
    versions.apply()
    pollers.apply()
    recording.apply()
