"""What the emulator tells of itself: which Python runs functions, so that packages can be built for it."""

# mypy: allow-untyped-calls
from __future__ import annotations

import platform
import sys
from typing import Any

from localstack.http import Request, Response
from localstack.services.edge import ROUTER

PATH = "/_localdev/python"


def announce() -> None:
    """Answers ``{"executable": its path, "tag": what its wheels are for}`` at PATH."""
    tag = f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}"
    content = {"executable": sys.executable, "tag": tag}

    def answer(request: Request) -> Any:
        return Response.for_json(content)

    handler: Any = answer  # which the router calls with the path's variables, here none
    ROUTER.add(PATH, handler)
