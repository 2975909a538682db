"""Clients with which LocalStack's services call each other: one for each account, session of a role, and region.

LocalStack 4.13.1 keeps the last 256, of up to 260 kB each.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from functools import lru_cache

from localstack.aws.connect import ClientFactory
from localstack.utils.patch import Patch

KEPT = 64  # in use at a time are some 20


def apply() -> None:
    """Once per process."""
    Patch(ClientFactory, "_get_client", lru_cache(maxsize=KEPT)(ClientFactory._get_client.__wrapped__)).apply()
