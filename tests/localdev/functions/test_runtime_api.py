"""What the process around a function is asked and answers, without LocalStack."""

from __future__ import annotations

import json
import os
import signal
from http import HTTPStatus

import pytest

from localdev.functions.runtime_api import Call
from localdev.functions.sandbox import Ending
from tests.localdev.functions.sandboxes import HEADERS, Started, called, within


def test_large_bodies(started: Started) -> None:
    sandbox = started("def handler(event, context): return event")
    event = b'"' + b"x" * (6 << 20) + b'"'
    assert called(sandbox, event).body == event


def test_a_refused_response_ends_the_runtime(started: Started) -> None:
    """Then its log says 413, as it does on AWS, and it exits."""
    sandbox = started("def handler(event, context): return event")
    call = sandbox.handle(HEADERS, b"1", within(30))
    assert isinstance(call, Call)
    call.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    assert sandbox.initialise(within(30)) is Ending.EXITED
    assert sandbox.exit_status() == "exit status 1"
    assert "LAMBDA_RUNTIME Failed to post handler success response. Http response code: 413." in sandbox.take_logs()


def test_a_frozen_process_may_have_an_event_to_read(started: Started) -> None:
    """One that no system buffers whole."""
    sandbox = started("def handler(event, context): pass")
    assert sandbox.initialise(within(30)) is None
    os.kill(sandbox.process.pid, signal.SIGSTOP)
    assert sandbox.handle(HEADERS, b"1" * (6 << 20), within(0.2)) is Ending.TIMED_OUT


@pytest.mark.feature("Lambda", "extensions", lacking="their API answers 404, and says that it is not emulated")
def test_only_the_runtime_api_is_there(started: Started) -> None:
    """runtimes-api: an invocation ends with its response or its error, whatever else is asked meanwhile."""
    sandbox = started(
        "import http.client, os\n"
        "def ask(request, body=None):\n"
        "    connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
        "    connection.request(*request.split(), body)\n"
        "    answer = connection.getresponse()\n"
        "    return [answer.status, answer.read().decode()]\n"
        "registered = ask('POST /2020-01-01/extension/register', '{}')\n"
        "RUNTIME = '/2018-06-01/runtime'\n"
        "def handler(event, context):\n"
        "    return [registered, ask('GET /2020-01-01/extension/event/next'), ask(f'GET {RUNTIME}/invocation/next'),\n"
        "            ask(f'POST {RUNTIME}/invocation/r0/response', '1'), ask(f'POST {RUNTIME}/init/error', '1')]"
    )
    assert sandbox.initialise(within(30)) is None
    answers = json.loads(called(sandbox, b"1").body)
    assert [status for status, _ in answers] == [404, 404, 400, 400, 400]
    assert json.loads(answers[0][1])["errorMessage"].startswith("POST /2020-01-01/extension/register: not emulated")


@pytest.mark.parametrize(
    "request_", [b"x", b"GET / HTTP/1.1\r\nContent-Length: -1", b"GET / HTTP/1.1\r\nContent-Length: x"]
)
def test_what_is_no_request_is_refused(started: Started, request_: bytes) -> None:
    sandbox = started(
        "import os, socket\n"
        "def handler(event, context):\n"
        "    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "    with socket.create_connection((host, port)) as connection:\n"
        f"        connection.sendall({request_ + bytes([13, 10, 13, 10])})\n"
        "        return connection.makefile().readline().split()[1]"
    )
    assert called(sandbox, b"1").body == b'"400"'
