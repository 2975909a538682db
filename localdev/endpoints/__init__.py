"""The emulator's own addresses below ``/_localdev/``: one module each, with ``PATH`` and `answer`.

``PATH`` is a werkzeug rule; `answer` gets the request, and the path's variables by name. What takes time to
import is imported when it is asked for.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from localstack.http import Request
from localstack.services.edge import ROUTER
from rolo import Response

LOG = logging.getLogger(__name__)


def add_all() -> None:
    """Once per process. They are answered before LocalStack looks for an AWS service."""
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        ours = module.PATH.startswith("/_localdev")
        ROUTER.add(module.PATH, with_hint(module.answer) if ours else module.answer)


def with_hint(answer: Callable[..., Response]) -> Callable[..., Response]:
    """What nobody foresaw is told as every other error: ``{"error": what, "hint": what to do}``."""

    @functools.wraps(answer)
    def answered(request: Request, **variables: Any) -> Response:
        try:
            return answer(request, **variables)
        except Exception as error:
            LOG.exception("%s failed", request.path)
            wrong = {"error": f"{type(error).__name__}: {error}", "hint": "run: python -m localdev logs"}
            return Response.for_json(wrong, status=HTTPStatus.INTERNAL_SERVER_ERROR)

    return answered
