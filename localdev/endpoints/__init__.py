"""The emulator's own addresses below ``/_localdev/``: one module each, with ``PATH`` and `answer`.

``PATH`` is a werkzeug rule; `answer` gets the request, and the path's variables by name. What takes time to
import is imported when it is asked for.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import importlib
import pkgutil

from localstack.services.edge import ROUTER


def add_all() -> None:
    """Once per process. They are answered before LocalStack looks for an AWS service."""
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        ROUTER.add(module.PATH, module.answer)
