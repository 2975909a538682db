"""State that outlives the emulator, if it was started so."""

# mypy: allow-untyped-calls
from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path

from localstack.http import Request
from rolo import Response

from localdev.state import STATE

PATH = "/_localdev/state/<what>"


def answer(request: Request, what: str) -> Response:
    """POST ``save``, before it stops: ``{"left out": [service, ...]}``. POST ``load``, once it has started: ``{}``."""
    folder = os.environ.get(STATE)
    if request.method != "POST" or what not in ("save", "load") or folder is None:
        wrong = {"error": "there is nothing to save or load", "hint": "run: python -m localdev start --state DIR"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    from localdev.errors import StateRefused
    from localdev.state import keeping, regularly

    try:
        if what == "load":
            regularly.begin(Path(folder))
            return Response.for_json({})
        regularly.save()
        return Response.for_json({"left out": keeping.left_out()})
    except StateRefused as error:
        return Response.for_json({"error": str(error), "hint": error.hint}, status=HTTPStatus.CONFLICT)
