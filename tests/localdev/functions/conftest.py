from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localdev.functions.filesystem import Filesystem, can_mount
from localdev.functions.interpreters import here
from localdev.functions.namespaces import Namespaces
from localdev.functions.runtime_folder import build_runtime_folder, linked_folders
from localdev.functions.sandbox import Sandbox
from localdev.functions.watchdog import MARK
from tests.localdev.functions.gate import Gate
from tests.localdev.functions.sandboxes import SIZE, Kind, Started

# Importing LocalStack into the test session would bring its warnings and its moto; importing it for each script
# takes a second.
FORKS = """
import json, os, sys, traceback
import boto3
from localstack.services.lambda_.invocation import lambda_service

for line in sys.stdin:
    if not (child := os.fork()):
        try:
            exec(json.loads(line), {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def gate() -> Iterator[Gate]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gate = Gate(listener)
        yield gate
        gate.open()


@pytest.fixture(scope="session")
def within_localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], None]]:
    """Runs a script in a process of its own that has LocalStack imported; it must end without an exception."""
    home = tmp_path_factory.mktemp("home")
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], env={"HOME": str(home)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def run(script: str) -> None:
            process.stdin.write(json.dumps(script) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "0\n", "the script failed"

        yield run
        process.stdin.close()


@pytest.fixture(params=["compiled, mounted", "pure, told"])
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "pure, told":
        return Kind(compiled=False, mounted=False)
    pytest.importorskip("runtime_client")
    if not can_mount():
        pytest.skip("this system lets nobody mount")
    return Kind(compiled=True, mounted=True)


@pytest.fixture
def started(kind: Kind, tmp_path: Path) -> Iterator[Started]:
    code = tmp_path / "code"
    code.mkdir()
    runtime = build_runtime_folder(tmp_path / "runtime", compiled=kind.compiled)
    namespaces = Namespaces() if kind.mounted else None
    sandboxes = []

    def started(source: str, layers: Path | None = None) -> Sandbox:
        (code / "app.py").write_text(source)
        filesystem = Filesystem(
            code=code,
            runtime=runtime,
            temporary=tmp_path / "tmp",
            layers=layers,
            needed=(*here().prefixes, *linked_folders()),
            linked=(),
            bytecode=(),
            namespaces=namespaces,
            size=SIZE,
        )
        # Different ones for different tests, as LocalStack has them for different environments.
        variables = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", "PATH": "/usr/bin:/bin", MARK: str(tmp_path)}
        sandbox = Sandbox(here(), filesystem, "app.handler", variables, 128)
        sandboxes.append(sandbox)
        return sandbox

    yield started
    for sandbox in sandboxes:
        sandbox.kill()
        sandbox.close()
    if namespaces:
        namespaces.close()
