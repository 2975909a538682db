"""Who may ask: programs of this machine, and pages that the emulator itself serves.

A page of any other site that a browser has open can send requests here, and with a name of its own that leads to
127.0.0.1 (DNS rebinding) it could read what comes back. So no such name is answered, and the emulator's own
addresses have one name only.
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
# Nobody can make these lead here but who sits here: addresses, names that browsers or LocalStack's maker keep on this
# machine (buckets, APIs and distributions have such), those by which containers know it, and AWS's own endpoints.
TRUSTED = re.compile(
    r"""( \d+(\.\d+){3} | \[[\da-f:.]+\]
        | (.+\.)? localhost (\.localstack\.cloud)?
        | host\.(docker|containers)\.internal
        | .+\.(amazonaws\.com(\.cn)? | api\.aws | on\.aws | cloudfront\.net)
        ) (:\d+)?""",
    re.IGNORECASE | re.VERBOSE,
)
OURS = re.compile(r"/_localdev")  # whatever follows: the console answers for all that begins so


def apply(gateway: Any, port: int) -> None:
    """Once per process."""
    gateway.request_handlers.insert(0, refuse_others)
    # LocalStack trusts a web application of its maker's, and names in public DNS that lead here.
    cors.ALLOWED_CORS_ORIGINS[:] = [f"http://{name}:{port}" for name in NAMES]
    vars(cors)["_ALLOWED_INTERNAL_DOMAINS"] = set(NAMES)


def refuse_others(chain: Any, context: Any, response: Any) -> None:
    request = context.request
    if not (HERE if OURS.match(request.path) else TRUSTED).fullmatch(request.host):
        refuse(chain, response, "this host name is not the emulator's", "use 127.0.0.1 or localhost")
    elif OURS.match(request.path) and request.headers.get("Origin") not in (None, f"http://{request.host}"):
        refuse(chain, response, "pages of other origins may not ask this", "open the console itself")


def refuse(chain: Any, response: Any, what: str, hint: str) -> None:
    response.status_code = HTTPStatus.FORBIDDEN
    # AWS's SDKs show a message.
    response.data = json.dumps({"error": what, "hint": hint, "message": f"{what}: {hint}"})
    response.content_type = "application/json"
    chain.terminate()  # no handler of answers adds a header that lets a page read this
