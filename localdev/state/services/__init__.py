"""Services whose stores are not all of it: one module each, with a class `Service`, which is a `Part`.

It is called as the service is, with ``_`` for ``-``.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

from localdev.state.part import Part


def parts(services: list[str], folder: Path) -> dict[str, Part]:
    """By service."""
    modules = {service: f"{__name__}.{service.replace('-', '_')}" for service in services}
    return {
        service: importlib.import_module(module).Service(folder)
        for service, module in modules.items()
        if find_spec(module)
    }
