"""CloudTrail's log files now, instead of in a moment."""

# mypy: allow-untyped-calls
from __future__ import annotations

from http import HTTPStatus

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/cloudtrail/deliver"


def answer(request: Request) -> Response:
    """POST: ``{"files": ["bucket/key", ...]}``, those that were written, of every account."""
    if request.method != "POST":
        wrong = {"error": "only POST is answered", "hint": "curl -X POST it"}
        return Response.for_json(wrong, status=HTTPStatus.METHOD_NOT_ALLOWED)
    from localdev.providers.cloudtrail import delivery

    return Response.for_json({"files": delivery.now()})
