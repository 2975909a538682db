"""What expires, once somebody says so: objects by their bucket's lifecycle, items by their time to live.

AWS does so within hours and days. Here it is done for any time that is asked for, so that nobody has to wait.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.plugins import SERVICE_PLUGINS


def expire(at: float) -> dict[str, int]:
    """What has expired by a time (Unix) goes. Returns how many of each kind did."""
    counts: dict[str, int] = {}
    if SERVICE_PLUGINS.is_running("s3"):
        from localdev.services.s3 import lifecycle

        counts |= lifecycle.expire(at)
    if SERVICE_PLUGINS.is_running("dynamodb"):
        from localdev.providers import dynamodb

        counts["items"] = dynamodb.expire(at)
    return counts
