"""What expires, once somebody says so: objects by their bucket's lifecycle, items by their time to live.

AWS does so within hours and days. Here it is done for any time that is asked for, so that nobody has to wait.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.plugins import SERVICE_PLUGINS


def expire(at: float) -> dict[str, int]:
    """What has expired by a time (Unix) goes. Returns how many of each kind did."""
    counts = {"items": 0}
    if SERVICE_PLUGINS.is_running("dynamodb"):
        from localdev.providers import dynamodb

        counts["items"] = dynamodb.expire(at)
    return counts
