"""The console's page and its data, and an answer for every address below ``/_localdev/`` that there is not."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PATH = "/_localdev<greedy_path:path>"


def answer(request: Request, path: str) -> Response:
    """See `localdev.console.server`."""
    from localdev.console import server

    return server.answer(request, path)
