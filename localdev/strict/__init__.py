"""An emulator that refuses what an account on AWS would: ``python -m localdev start --strict``.

One module for each idea. Its function `apply` is called once, before the gateway serves.
"""

from __future__ import annotations

import importlib
import pkgutil


def enforce() -> None:
    """Once per process. What is not strict never imports this package."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}").apply()
