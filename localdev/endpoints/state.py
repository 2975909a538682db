"""State that outlives the emulator, if it was started so."""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import os
from http import HTTPStatus
from pathlib import Path

from localstack.http import Request
from rolo import Response

from localdev.state import STATE

PATH = "/_localdev/state/<what>"
LOG = logging.getLogger(__name__)


def answer(request: Request, what: str) -> Response:
    """POST ``save``, before it stops: ``{"left out": [service, ...]}``. POST ``load``, once it has started: ``{}``."""
    folder = os.environ.get(STATE)
    if request.method != "POST" or what not in ("save", "load") or folder is None:
        wrong = {"error": "there is nothing to save or load", "hint": "run: python -m localdev start --state DIR"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    from localdev.state import keeping

    try:
        if what == "save":
            return Response.for_json({"left out": keeping.save(Path(folder))})
        keeping.load(Path(folder))
    except Exception as error:  # whatever a broken file may lead to
        LOG.exception("the state in %s: %s failed", folder, what)
        wrong = {"error": f"{type(error).__name__}: {error}", "hint": "the log has the details"}
        return Response.for_json(wrong, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    return Response.for_json({})
