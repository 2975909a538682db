from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.localdev.functions.gate import Gate

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
