"""Requests that were sent twice, by the token that tells.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html, "Idempotency"
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

REMEMBERED = 600  # seconds after it was done

Done = dict[str, tuple[float, str]]  # by its token: when, and what it was


class Mismatch(Exception):
    """To be answered as an IdempotentParameterMismatchException."""


def done_before(done: Done, request: Any) -> bool:
    """Whether it was. Raises Mismatch where another one had the same token."""
    for token, (at, _) in list(done.items()):
        if at + REMEMBERED > time.time():
            break  # the later ones are younger
        del done[token]
    _, before = done.get(request["ClientRequestToken"], (0, None))
    if before not in (None, _digest(request)):
        raise Mismatch("the request has another payload than one before, but an idempotent token that was already used")
    return before is not None


def remember(done: Done, request: Any) -> None:
    done[request["ClientRequestToken"]] = time.time(), _digest(request)


def _digest(request: Any) -> str:
    """They may be large, and every one that boto3 sends has a token."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
