"""Processes around functions, without LocalStack: what their tests share beside the fixtures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from localdev.functions.runtime_api import Call, answers
from localdev.functions.sandbox import Sandbox

HEADERS = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "r1",
    "Lambda-Runtime-Deadline-Ms": "1",
    "Lambda-Runtime-Invoked-Function-Arn": "arn",
    "Lambda-Runtime-Trace-Id": "Root=1",
}
SIZE = 4  # MiB of /tmp
RESPONSE, ERROR = answers("r1")
Started = Callable[..., Sandbox]


@dataclass(frozen=True)
class Kind:
    """Half of the tests' machines: Linux as it should be, and whatever else there is."""

    compiled: bool  # awslambdaric's own client, or the one that takes its place
    mounted: bool  # /tmp and /opt are the environment's, or it is told other folders


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def called(sandbox: Sandbox, event: bytes) -> Call:
    call = sandbox.handle(HEADERS, event, within(30))
    assert isinstance(call, Call), sandbox.take_logs()
    call.answer(HTTPStatus.ACCEPTED)
    return call
