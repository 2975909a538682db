"""Who may ask for the emulator's own addresses: programs of this machine, and pages that the emulator itself serves.

A page of any other site that a browser has open can send requests here, and with a name of its own that leads to
127.0.0.1 (DNS rebinding) it could read what comes back.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from localstack.aws.handlers import cors

from localdev.settings import HOST

NAMES = (HOST, "localhost")
HERE = re.compile(rf"({re.escape(HOST)}|localhost)(:\d+)?", re.IGNORECASE)
# Browsers resolve every name below localhost themselves, and pages of websites and distributions have such.
NEAR = re.compile(rf"({re.escape(HOST)}|(.+\.)?localhost)(:\d+)?", re.IGNORECASE)
OURS = re.compile(r"/_localdev")  # whatever follows: the console answers for all that begins so
LOCALSTACKS = re.compile(r"/_(localstack|aws)(/|$)")


def apply(gateway: Any, port: int) -> None:
    """Once per process."""
    gateway.request_handlers.insert(0, refuse_others)
    # LocalStack trusts a web application of its maker's, and names in public DNS that lead here.
    cors.ALLOWED_CORS_ORIGINS[:] = [f"http://{name}:{port}" for name in NAMES]
    vars(cors)["_ALLOWED_INTERNAL_DOMAINS"] = set(NAMES)


def refuse_others(chain: Any, context: Any, response: Any) -> None:
    request = context.request
    if OURS.match(request.path):
        if not HERE.fullmatch(request.host):
            refuse(chain, response, "this host name is not the emulator's", "use 127.0.0.1 or localhost")
        elif request.headers.get("Origin") not in (None, f"http://{request.host}"):
            refuse(chain, response, "pages of other origins may not ask this", "open the console itself")
    elif LOCALSTACKS.match(request.path) and not NEAR.fullmatch(request.host):
        refuse(chain, response, "this host name is not the emulator's", "use 127.0.0.1 or localhost")


def refuse(chain: Any, response: Any, what: str, hint: str) -> None:
    response.status_code = HTTPStatus.FORBIDDEN
    response.data = json.dumps({"error": what, "hint": hint})
    response.content_type = "application/json"
    chain.terminate()  # no handler of answers adds a header that lets a page read this
