"""Asynchronous invocations: a version gets a queue, and a thread that looks into it, once it is invoked that way.

LocalStack 4.13.1 starts one for each version that is made, which asks every two seconds for as long as it lives.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.services.lambda_.invocation.event_manager import LambdaEventManager
from localstack.utils.patch import patch

# By version and function: who looks after the queue since the last update, and which queues there are.
_latest: dict[tuple[str, str], LambdaEventManager] = {}
_queued: set[tuple[str, str]] = set()


def apply() -> None:
    """Once per process, before the first function is made."""
    start = LambdaEventManager.start
    patch(LambdaEventManager.start)(start_if_queued)
    patch(LambdaEventManager.enqueue_event)(partial(start_first, start))
    patch(LambdaEventManager.stop)(forget_the_queue)


def start_if_queued(original: Callable[..., None], self: Any) -> None:
    """The successor of an updated version goes on with its queue, where retries may wait."""
    _latest[key(self)] = self
    if key(self) in _queued:
        original(self)


def start_first(start: Callable[..., None], original: Callable[..., None], self: Any, invocation: object) -> None:
    _queued.add(key(self))
    for manager in (self, _latest.get(key(self), self)):  # an update may be under way
        with manager.lifecycle_lock:
            if manager.event_queue_url is None:
                start(manager)
    original(self, invocation)


def forget_the_queue(original: Callable[..., None], self: Any) -> None:
    _queued.discard(key(self))
    _latest.pop(key(self), None)
    original(self)


def key(manager: Any) -> tuple[str, str]:
    """A function made anew under the same name is another one."""
    version = manager.version_manager
    return version.function_arn, version.function.instance_id
