"""The real configuration, deployed once; a browser to use it with, and the AWS CLI to look at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from localdev.emulator import Emulator
from tests.conftest import Stack, StackMaker
from tests.launcher import Ended, environment
from tests.system.web import Cli, Qr

CLI = Path(sys.executable).with_name("aws")


@pytest.fixture(scope="session")
def deployed(session_stack: StackMaker) -> Stack:
    """In a stage of its own."""
    return session_stack()


@pytest.fixture(scope="session")
def up(deployed: Stack) -> Ended:
    """The command that deployed it."""
    done = deployed.run("up", "--json")
    assert done.returncode == 0, done.stdout
    return done


@pytest.fixture(scope="session")
def outputs(up: Ended) -> dict[str, dict[str, str]]:
    """By app, such as ``outputs["qr"]["site.url"]``."""
    found: dict[str, dict[str, str]] = up.json["outputs"]
    return found


@pytest.fixture(scope="session")
def qr(outputs: dict[str, dict[str, str]]) -> Qr:
    return Qr(outputs["qr"])


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Cli:
    """``aws("s3", "ls")`` returns what the AWS CLI, a client that knows nothing of us, prints."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    env = environment(AWS_ENDPOINT_URL=emulator.endpoint_url, AWS_PAGER="", **keys)

    def run(*arguments: str) -> str:
        # Through the interpreter: the script's own first line names the folder it was installed to.
        done = subprocess.run([sys.executable, CLI, *arguments], capture_output=True, text=True, env=env, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def ask(aws: Cli) -> Callable[..., Any]:
    """Like ``aws``, for commands that print JSON."""
    return lambda *arguments: json.loads(aws(*arguments, "--output", "json"))


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()
