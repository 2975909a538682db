from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from deployer import emulator, package
from deployer.errors import Unreachable

Answers = dict[str, tuple[int, str]]


@pytest.fixture
def served() -> Iterator[tuple[str, Answers]]:
    """An address, and what it answers on which path; 404 elsewhere."""
    answers: Answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, "<html>not here</html>"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", answers
        server.shutdown()
        thread.join()


def test_an_emulator_that_tells_its_python_gets_packages_for_it(served: tuple[str, Answers]) -> None:
    url, answers = served
    tells = {"executable": sys.executable, "tag": "cpython-399-beos-m68k"}
    answers["/_localdev/python"] = (200, json.dumps(tells))
    assert emulator.interpreter(url) == package.Interpreter(**tells)


@pytest.mark.parametrize(
    "answer",
    [
        (404, "{}"),  # LocalStack in Docker, which has Lambda's own Linux
        (200, "<html>hello</html>"),
        (200, '["a", "list"]'),
        (200, '{"executable": "/no/such/python", "tag": "x"}'),  # another machine's
        (500, ""),
    ],
)
def test_every_other_gets_them_for_lambdas_linux(served: tuple[str, Answers], answer: tuple[int, str]) -> None:
    url, answers = served
    answers["/_localdev/python"] = answer
    assert emulator.interpreter(url) is None


def test_nothing_answers() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="nothing answers"):
            emulator.interpreter(f"http://127.0.0.1:{probe.getsockname()[1]}")


def test_what_a_failed_start_says_is_passed_on() -> None:
    assert emulator._said("error: the port is taken\nsome log\nhint: choose another\n") == (
        "the port is taken",
        "choose another",
    )
    assert emulator._said("") == ("it does not say why", "try: python -m localdev start")
