"""The process around a function, without LocalStack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from localdev.functions.runtime_api import Call
from localdev.functions.runtime_folder import build_runtime_folder
from localdev.functions.sandbox import Ending, Sandbox

HEADERS = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "r1",
    "Lambda-Runtime-Deadline-Ms": "1",
    "Lambda-Runtime-Invoked-Function-Arn": "arn",
    "Lambda-Runtime-Trace-Id": "Root=1",
}
Started = Callable[[str], Sandbox]


@pytest.fixture(params=["compiled", "pure"])
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Started]:
    """With awslambdaric's compiled client, and with the one that takes its place elsewhere."""
    if request.param == "compiled":
        pytest.importorskip("runtime_client")
    runtime = build_runtime_folder(tmp_path / "runtime", compiled=request.param == "compiled")
    sandboxes = []

    def started(source: str) -> Sandbox:
        (tmp_path / "app.py").write_text(source)
        sandbox = Sandbox(
            tmp_path, runtime, tmp_path / "tmp", "app.handler", {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}, 128
        )
        sandboxes.append(sandbox)
        return sandbox

    yield started
    for sandbox in sandboxes:
        sandbox.kill()
        sandbox.close()


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def called(sandbox: Sandbox, event: bytes) -> Call:
    call = sandbox.handle(HEADERS, event, within(5))
    assert isinstance(call, Call)
    call.answer(HTTPStatus.ACCEPTED)
    return call


def test_results_and_errors(started: Started) -> None:
    sandbox = started(
        "import logging\n"
        "def handler(event, context):\n"
        "    logging.warning(context.aws_request_id)\n"
        "    return 1 / event"
    )
    assert sandbox.initialise(within(5)) is None
    result = called(sandbox, b"2")
    assert (result.path, result.body) == ("/invocation/r1/response", b"0.5")
    assert sandbox.take_logs().endswith("\tr1\tr1\n")
    failure = called(sandbox, b"0")
    assert failure.path == "/invocation/r1/error"
    assert b'"errorType": "ZeroDivisionError"' in failure.body
    assert called(sandbox, b"1").body == b"1.0"


def test_large_bodies(started: Started) -> None:
    sandbox = started("def handler(event, context): return event")
    event = b'"' + b"x" * (6 << 20) + b'"'
    assert called(sandbox, event).body == event


def test_a_refused_response_ends_the_runtime(started: Started) -> None:
    """Then its log says 413, as it does on AWS, and it exits."""
    sandbox = started("def handler(event, context): return event")
    call = sandbox.handle(HEADERS, b"1", within(5))
    assert isinstance(call, Call)
    call.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    assert sandbox.initialise(within(5)) is Ending.EXITED
    assert sandbox.exit_status() == "exit status 1"
    assert "Failed to post invocation response" in sandbox.take_logs()


def test_init_error(started: Started) -> None:
    sandbox = started("import nothing_like_it")
    error = sandbox.initialise(within(5))
    assert isinstance(error, bytes)
    assert b"Runtime.ImportModuleError" in error


def test_stop_asks_first(started: Started) -> None:
    sandbox = started(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye')))\n"
        "def handler(event, context): time.sleep(60)"
    )
    assert sandbox.initialise(within(5)) is None
    assert sandbox.handle(HEADERS, b"1", within(0.2)) is Ending.TIMED_OUT
    sandbox.stop()
    assert sandbox.take_logs() == "bye\n"
    assert sandbox.exit_status() == "exit status 0"


def test_stop_insists(started: Started) -> None:
    sandbox = started("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef handler(*_): pass")
    assert sandbox.initialise(within(5)) is None
    began = time.monotonic()
    sandbox.stop()
    assert sandbox.exit_status() == "signal: killed"
    assert time.monotonic() - began < 2


def test_a_frozen_process_does_not_hold_up_the_deadline(started: Started) -> None:
    sandbox = started("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
    assert sandbox.initialise(within(0.3)) is Ending.TIMED_OUT
