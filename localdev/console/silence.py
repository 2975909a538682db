"""The page asks every few seconds: LocalStack's log is for what others do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUESTS = logging.getLogger("localstack.request.http")
# It warns, at each call, of what LocalStack's own answers hold too much.
ANSWERS = logging.getLogger("localstack.aws.protocol.serializer")

_asking: ContextVar[bool] = ContextVar("asking", default=False)


@contextmanager
def not_in_the_log() -> Iterator[None]:
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)


def _of_others(record: logging.LogRecord) -> bool:
    return not _asking.get()


def _not_the_page(record: logging.LogRecord) -> bool:
    return not (isinstance(record.args, tuple) and str(record.args[1]).startswith("/_localdev/api/"))


ANSWERS.addFilter(_of_others)
REQUESTS.addFilter(_not_the_page)
