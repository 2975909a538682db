"""Whether anything may have changed in what the emulator holds: by the requests that it has answered."""

from __future__ import annotations

import threading
from typing import Any

# What begins so only looks. SQS's ReceiveMessage hides what it hands out.
READING = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search", "Select", "Test")
# Those that begin so and write nevertheless: credentials that are valid from then on.
WRITING = frozenset({"GetFederationToken", "GetSessionToken"})
SAVING = "/_localdev/state/"
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})

happened = threading.Event()
_count = 0


def count() -> int:
    """Another number than before once something has changed."""
    return _count


def watch() -> None:
    """Once per process. What services ask each other comes by here as well."""
    from localstack.aws import handlers

    handlers.run_custom_response_handlers.append(note)


def note(chain: Any, context: Any, response: Any) -> None:
    """A handler of the gateway, after the answer."""
    global _count
    operation = context.operation
    if operation is None:
        changed = context.request.method not in LOOKING and not context.request.path.startswith(SAVING)
    elif operation.name == "ReceiveMessage":  # functions' pollers ask all the time
        changed = bool((context.service_response or {}).get("Messages"))
    else:
        changed = operation.name in WRITING or not operation.name.startswith(READING)
    if changed:
        _count += 1
        happened.set()
