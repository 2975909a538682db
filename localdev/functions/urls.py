"""Function URLs: at names below localhost, which browsers and curl resolve by themselves, offline.

LocalStack 4.13.1 puts them below the address of the gateway, and there are no names below 127.0.0.1.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.config import HostAndPort
from localstack.services.lambda_ import provider
from localstack.utils.patch import Patch

from localdev.functions import url_access


def apply() -> None:
    Patch(provider, "localstack_host", below_localhost).apply()
    url_access.apply()


def below_localhost(custom_port: int) -> HostAndPort:
    return HostAndPort("localhost", custom_port)
