from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from deployer import emulator, package
from deployer.emulator import ADDRESS, own, silent
from deployer.errors import Unreachable
from deployer.run import Run
from localdev.emulator import Emulator
from localdev.lock import FolderLock

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


def test_an_emulator_that_tells_its_pythons_gets_packages_for_them(served: tuple[str, Answers]) -> None:
    url, answers = served
    own = {"executable": sys.executable, "tag": "cpython-399-beos-m68k"}
    other = {"executable": "/bin/python3.98", "tag": "cpython-398-beos-m68k"}
    answers["/_localdev/python"] = (200, json.dumps({**own, "runtimes": {"python3.98": other}}))
    found = emulator.interpreters(url)
    assert found
    assert found.of("python3.98") == package.Interpreter(**other)
    assert found.of("python3.97") == package.Interpreter(**own)


@pytest.mark.parametrize(
    "answer",
    [
        (404, "{}"),  # LocalStack in Docker, which has Lambda's own Linux
        (200, "<html>hello</html>"),
        (200, '["a", "list"]'),
        (200, '{"executable": "/no/such/python", "tag": "x", "runtimes": {}}'),  # another machine's
        (200, '{"executable": "/bin/sh", "tag": "x", "runtimes": ["python3.12"]}'),
        (200, '{"executable": "/bin/sh", "tag": "x", "runtimes": {"python3.12": "x"}}'),
        (500, ""),
    ],
)
def test_every_other_gets_them_for_lambdas_linux(served: tuple[str, Answers], answer: tuple[int, str]) -> None:
    url, answers = served
    answers["/_localdev/python"] = answer
    assert emulator.interpreters(url) is None


def test_nothing_answers() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="nothing answers"):
            emulator.interpreters(f"http://127.0.0.1:{probe.getsockname()[1]}")


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the Python that ``start`` runs."""
    script = tmp_path / "python"
    script.touch(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    return script


def test_a_start_that_fails_says_why(python: Path) -> None:
    python.write_text(
        "#!/bin/sh\necho 'error: LocalStack is not installed' >&2\necho 'hint: run: make install' >&2\nexit 1\n"
    )
    with pytest.raises(Unreachable, match="the emulator does not start: LocalStack is not installed") as caught:
        emulator.start()()
    assert caught.value.hint == "run: make install"


def test_a_start_says_what_it_started(python: Path) -> None:
    python.write_text('#!/bin/sh\necho "answers: $*"\n')
    assert emulator.start()() == "answers: -m localdev start"


def test_what_a_failed_start_says_is_passed_on() -> None:
    assert emulator._said("error: the port is taken\nsome log\nhint: choose another\n") == (
        "the port is taken",
        "choose another",
    )
    assert emulator._said("") == ("it does not say why", "try: python -m localdev start")


def test_ours_is_where_it_says(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """On whatever port it was started."""
    monkeypatch.setattr("deployer.emulator._LOCK", emulator.root / "emulator.lock")
    assert own() == emulator.endpoint_url
    run = Run(Path("config.yaml"), None, "local", None, as_json=False, apps=())
    assert (run.endpoint_url, run.is_for_own_emulator, run.emulator_is_missing()) == (
        emulator.endpoint_url,
        True,
        False,
    )
    assert "python -m localdev start" in silent(emulator.endpoint_url).hint
    other = Run(Path("config.yaml"), None, "local", ADDRESS, as_json=False, apps=())
    assert (other.endpoint_url, other.is_for_own_emulator) == (ADDRESS, False)


@pytest.mark.parametrize("content", [None, '{"pid": 1, "port": 45678}', ""], ids=["never", "ended", "before it says"])
def test_ours_will_be_where_it_always_is(content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "_LOCK", tmp_path / "emulator.lock")
    if content is not None:
        (tmp_path / "emulator.lock").write_text(content)
    holder = FolderLock(tmp_path).acquire() if content == "" else None
    assert emulator.own() == emulator.ADDRESS
    if holder:
        os.close(holder)


def test_who_does_not_answer_is_told_how_to_be_there() -> None:
    assert "python -m localdev start" in emulator.silent(emulator.ADDRESS).hint
    assert "check --endpoint-url" in emulator.silent("http://127.0.0.1:9").hint
