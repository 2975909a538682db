"""Threads of LocalStack 4.13.1 that have ended.

It keeps each thread that it ever started in a list, with whatever the thread worked on: deleted functions, events,
clients. The list is for ending those that still run when LocalStack ends.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from localstack.utils.patch import patch
from localstack.utils.threads import TMP_THREADS, FuncThread


def apply() -> None:
    """Once per process."""
    patch(FuncThread.run)(run_and_forget_others)


def run_and_forget_others(original: Callable[..., None], self: Any) -> None:
    """Each that ends removes those that have ended before: one may end before it is in the list."""
    original(self)
    for thread in list(TMP_THREADS):
        if isinstance(thread, FuncThread) and thread.ident is not None and not thread.is_alive():
            with suppress(ValueError):  # another one was faster
                TMP_THREADS.remove(thread)
