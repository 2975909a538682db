"""What has expired goes now, and not within days."""

# mypy: allow-untyped-calls
from __future__ import annotations

import time

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/expire"


def answer(request: Request) -> Response:
    """POST, with ``?at=`` a Unix time if not as of now: how many went, ``{"objects", "delete_markers", …, "items"}``"""
    from localdev.expiry import expire

    if request.method != "POST":
        return Response.for_json({"error": "use POST"}, status=405)
    try:
        at = float(request.args.get("at", time.time()))
    except ValueError:
        return Response.for_json({"error": "'at' is no Unix time"}, status=400)
    return Response.for_json(expire(at))
