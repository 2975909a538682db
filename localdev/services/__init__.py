"""What services of LocalStack 4.13.1 do otherwise than AWS, mended in memory: one module or package each.

It is called as the service is, with ``_`` for ``-`` (and ``lambda_``). Its function `apply` is called once,
before LocalStack loads the service, so what nobody uses costs nothing.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import importlib
import keyword
import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

# Services import parts of moto that import each other: two at once would see each other's half.
_one_at_a_time = threading.RLock()


def mend_when_loaded() -> None:
    """Once per process, before the first service is loaded."""
    from localstack.services.plugins import ServicePluginManager
    from localstack.utils.patch import patch

    patch(ServicePluginManager._load_service_plugin)(load_mended)


def load_mended(original: Callable[..., Any], self: Any, name: str) -> Any:
    module = module_of(name)
    with _one_at_a_time:
        if find_spec(module) is not None:
            importlib.import_module(module).apply()
        return original(self, name)


def module_of(service: str) -> str:
    name = service.replace("-", "_")
    return f"{__name__}.{name}_" if keyword.iskeyword(name) else f"{__name__}.{name}"
