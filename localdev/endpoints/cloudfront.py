"""Distributions by path: an address that needs no name to be resolved, so it works on every machine and offline.

Links of a page that begin with a slash lead out of it here: nothing in a page is rewritten.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PREFIX = "/_aws/cloudfront/"
PATH = f"{PREFIX}<greedy_path:path>"


def answer(request: Request, path: str) -> Response:
    """``http://127.0.0.1:4566/_aws/cloudfront/<distribution's id>/<path>``"""
    from localdev.providers.cloudfront.serving import serve_path

    return serve_path(request, PREFIX)
