"""Static websites by path: an address that needs no name to be resolved, so it works on every machine and offline.

Links of a page that begin with a slash lead out of its site here: nothing in a page is rewritten.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PREFIX = "/_aws/s3-website/"
PATH = f"{PREFIX}<greedy_path:path>"


def answer(request: Request, path: str) -> Response:
    """``http://127.0.0.1:4566/_aws/s3-website/<bucket>/<key>``"""
    from localstack.services.plugins import SERVICE_PLUGINS

    SERVICE_PLUGINS.require("s3")
    from localdev.services.s3 import website

    return website.serve_path(request, PREFIX)
