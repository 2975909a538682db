"""What has expired goes now, and not within days."""

# mypy: allow-untyped-calls
from __future__ import annotations

import time
from datetime import UTC, datetime
from http import HTTPStatus

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/expire"


def answer(request: Request) -> Response:
    """POST, with ``?at=`` a Unix time if not as of now: how much went of each kind, as in ``{"objects": 3}``."""
    if request.method != "POST":
        wrong = {"error": "only POST is answered", "hint": "run: python -m localdev expire"}
        return Response.for_json(wrong, status=HTTPStatus.METHOD_NOT_ALLOWED)
    from localdev.expiry import expire

    at = request.args.get("at", str(time.time()))
    try:
        moment = datetime.fromtimestamp(float(at), UTC)
    except (ValueError, OverflowError, OSError):
        wrong = {"error": f"{at!r} is no time", "hint": "give the seconds since 1970, as in at=1767225600"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    return Response.for_json(expire(moment.timestamp()))
