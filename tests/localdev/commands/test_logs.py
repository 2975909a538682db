"""``logs`` of functions, whatever deployed them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from localdev.cli import cli
from localdev.emulator import Emulator
from localdev.errors import NotRunning
from localdev.lock import FolderLock, write_owner
from tests.localdev.functions.gate import Gate

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.feature(
        "Toolkit",
        "`localdev logs`: what functions logged, and what they log with `-f`",
    ),
]

SOURCE = "def handler(event, context):\n    print('working on', event)\n"


@pytest.fixture(scope="module")
def function(deploy: Callable[..., Any]) -> Any:
    return deploy(SOURCE)


@pytest.fixture(scope="module")
def another(deploy: Callable[..., Any]) -> Any:
    return deploy(SOURCE)


def command(emulator: Emulator, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "localdev", "logs", "--dir", str(emulator.root), *arguments]


def run(emulator: Emulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(emulator, *arguments), capture_output=True, text=True, check=False)


def test_of_one_and_of_all(emulator: Emulator, function: Any, another: Any) -> None:
    request = function.invoke("this").report["REPORT RequestId"]
    another.invoke("that")
    of_all = run(emulator, "--functions")
    assert (of_all.returncode, of_all.stderr) == (0, "")
    assert re.search(rf"^\d\d:\d\d:\d\d\.\d\d\d {function.name}  working on this$", of_all.stdout, re.MULTILINE)
    assert of_all.stdout.index("working on this") < of_all.stdout.index("working on that")
    of_one = run(emulator, function.name)
    assert re.search(rf"{function.name}  START RequestId: {request} ", of_one.stdout)
    assert "working on that" not in of_one.stdout
    assert "working on that" in run(emulator, another.name, function.name).stdout


def test_what_is_added_follows(emulator: Emulator, function: Any, another: Any) -> None:
    function.invoke("before")
    with subprocess.Popen(
        command(emulator, function.name, "-f"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as follower:
        assert follower.stdout is not None
        assert any("working on before" in line for line in follower.stdout)
        another.invoke("what nobody asked for")
        function.invoke("what follows")
        seen = []
        for line in follower.stdout:
            seen.append(line)
            if "working on what follows" in line:
                break
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate()
    assert not any("working on before" in line or "nobody asked for" in line for line in seen)
    assert (follower.returncode, errors) == (130, "\n")  # below the ^C


def test_what_goes_on_follows_while_it_does(emulator: Emulator, deploy: Callable[..., Any]) -> None:
    """And comes once."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        gate = Gate(listener)
        function = deploy(
            gate.knock + "def handler(event, context): print('begun'); knock('waits'); print('over')", Timeout=60
        )
        arguments = command(emulator, function.name, "-f")
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as follower:
            assert follower.stdout is not None
            answer = pool.submit(function.invoke)
            gate.next()
            seen = [follower.stdout.readline(), follower.stdout.readline()]
            assert not answer.done()
            gate.open()
            for line in follower.stdout:
                seen.append(line)
                if "REPORT" in line:
                    break
            assert answer.result().error is None
            follower.send_signal(signal.SIGINT)
            follower.communicate()
    assert [line.split()[2] for line in seen] == ["START", "begun", "over", "END", "REPORT"]


def test_one_that_is_not_there(emulator: Emulator, function: Any) -> None:
    done = run(emulator, function.name, "work-nobody-deployed")
    assert (done.returncode, done.stdout) == (1, "")
    error, hint = done.stderr.splitlines()
    assert error == "error: there is no function 'work-nobody-deployed'"
    assert hint.startswith("hint: there are: ")
    assert function.name in hint


class Ending(BaseHTTPRequestHandler):
    """An emulator that is asked for its functions, for their logs, and is stopped."""

    answers: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answers.pop(0))

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("follow", "code"), [(True, 0), (False, 1)])
def test_one_that_stops(tmp_path: Path, follow: bool, code: int) -> None:
    Ending.answers = [
        b'{"functions": []}',
        *([b'{"invocations": [], "last": 0, "running": []}'] if follow else []),
        b"",
    ]
    lock = FolderLock(tmp_path).acquire()
    assert lock is not None
    with HTTPServer(("127.0.0.1", 0), Ending) as stopping, ThreadPoolExecutor(1) as pool:
        write_owner(lock, port=stopping.server_port)
        served = pool.submit(lambda: [stopping.handle_request() for _ in range(len(Ending.answers))])
        done = CliRunner().invoke(cli, ["logs", "--functions", "--dir", str(tmp_path), *(["-f"] if follow else [])])
        served.result()
    os.close(lock)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr == ("the emulator has stopped\n" if follow else "")
    assert follow or isinstance(done.exception, NotRunning)


@pytest.mark.parametrize("arguments", [["--functions"], []])
def test_a_reader_that_leaves(emulator: Emulator, function: Any, arguments: list[str]) -> None:
    """As ``head`` does."""
    for _ in range(3):
        function.invoke("x" * 50_000)
    with subprocess.Popen(
        [*command(emulator, *arguments), "--follow"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        assert reader.stdout.readline()
        reader.stdout.close()
        function.invoke("more")
        assert (reader.wait(), reader.stderr.read()) == (1, b"")
