"""Which Python runs functions, so that packages can be built for it."""

# mypy: allow-untyped-calls
from __future__ import annotations

import platform
import sys

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/python"


def answer(request: Request) -> Response:
    """``{"executable": its path, "tag": what its wheels are for}``"""
    tag = f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}"
    return Response.for_json({"executable": sys.executable, "tag": tag})
