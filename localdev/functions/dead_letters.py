"""Which invocation a dead letter is of: LocalStack 4.13.1 writes a random id onto it."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.utils.aws import dead_letter_queue
from localstack.utils.patch import Patch, patch

_request: ContextVar[str] = ContextVar("request")


def apply() -> None:
    """Once per process."""
    patch(Poller.process_dead_letter_queue)(remember_request)
    Patch.function(dead_letter_queue._prepare_messages_to_dlq, write_request).apply()


def remember_request(original: Callable[..., None], self: Any, invocation: Any, result: Any) -> None:
    token = _request.set(invocation.invocation.request_id)
    try:
        original(self, invocation, result)
    finally:
        _request.reset(token)


def write_request(original: Callable[..., list[Any]], *args: Any, **kwargs: Any) -> list[Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    messages = original(*args, **kwargs)
    if request := _request.get(""):
        for message in messages:
            message["MessageAttributes"]["RequestID"]["StringValue"] = request
    return messages
