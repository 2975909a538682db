"""What the whole suite shares: one emulator for the session, and deploy.py as a stranger would run it."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from localdev.emulator import Emulator
from localdev.testing import free_port as find_free_port
from tests.browser import NoBrowserError, executable_path
from tests.launcher import ROOT, Ended, Run, environment

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
LONG = ("tests/docs/", "tests/resources/", "tests/system/")
# A test that uses one of these fixtures needs what the marker stands for.
MARKED_BY_FIXTURE = {"emulator": "emulator", "strict_emulator": "emulator", "page": "browser"}


def pytest_configure() -> None:
    """A shell that runs the suite in the background has it ignore Ctrl-C, and so would all it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """The garbage collector need not go through all that is imported again and again: a tenth of the time."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, marker in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    # Begun last, their long files would keep one process busy when the others have nothing left to do.
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a suite that skips its slow half must not look green."""
    report: Any = yield
    needed = [name for name in MARKED_BY_FIXTURE.values() if item.get_closest_marker(name)]
    if report.skipped and needed and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, although marked {' and '.join(needed)}: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    return find_free_port


@pytest.fixture(scope="session")
def emulator(request: pytest.FixtureRequest) -> Emulator:
    """That of our own pytest plugin."""
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("AWS_PROFILE", "of-the-user")  # which no function may see
        emulator: Emulator = request.getfixturevalue("aws_emulator")
    return emulator


@pytest.fixture(scope="session")
def strict_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Another one, which refuses what AWS refuses."""
    emulator = Emulator(tmp_path_factory.mktemp("strict"), find_free_port(), strict=True, outlives_us=False)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Calls until the answer is true and returns it; fails after so long that no load of the machine explains it."""

    def until(call: Callable[[], Any], seconds: float = 60) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := call()):
            assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
            time.sleep(0.02)
        return answer

    return until


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Iterator[Callable[[str], Any]]:
    """boto3 clients of the emulator: ``client("s3")``."""
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = boto3.client(service, endpoint_url=emulator.endpoint_url, **CREDENTIALS)
        return clients[service]

    yield client
    for each in clients.values():
        each.close()


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "deploy.py"), *map(str, arguments)]


def deploy(*arguments: str | Path, env: dict[str, str] | None = None, cwd: Path = ROOT) -> Ended:
    """Run ``python deploy.py``; no terminal, no input."""
    return Run(*arguments, env=env or environment(), cwd=cwd).end()


@pytest.fixture(scope="session")
def skiff(emulator: Emulator) -> Callable[..., Ended]:
    """``skiff("up", "--json", ...)`` runs deploy.py against the session's emulator."""

    def run(name: str, *arguments: str | Path, **more: Any) -> Ended:
        return deploy(name, "--endpoint-url", emulator.endpoint_url, *arguments, **more)

    return run


@dataclass
class Stack:
    """One stage of one configuration, which nothing else uses. ``gone``: taken down, and not up again."""

    stage: str
    config: Path
    endpoint_url: str
    gone: bool = False

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.config), "--stage", self.stage, "--endpoint-url", self.endpoint_url]

    def run(self, name: str, *arguments: str | Path, **more: Any) -> Ended:
        """Run one command of deploy.py, whatever comes of it."""
        ended = deploy(name, *self.options, *arguments, **more)
        self.gone = name == "down" and ended.returncode == 0
        return ended

    def json(self, name: str, *arguments: str | Path, **more: Any) -> Any:
        """Run one command that must succeed, and return its document."""
        ended = self.run(name, "--json", *arguments, **more)
        assert ended.returncode == 0, f"{name}: {ended.stdout}{ended.stderr}"
        return ended.json


StackMaker = Callable[..., Stack]


@pytest.fixture(scope="session")
def session_stack(emulator: Emulator) -> Iterator[StackMaker]:
    """``session_stack(config)`` is a new stage, taken down at the end of the session."""
    yield from _stacks(emulator)


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[StackMaker]:
    """``stack(config)`` is a new stage, taken down after the test."""
    yield from _stacks(emulator)


_numbers = itertools.count(1)


def _stacks(emulator: Emulator) -> Iterator[StackMaker]:
    made: list[Stack] = []

    def make(config: Path = ROOT / "config.yaml", stage: str | None = None) -> Stack:
        made.append(Stack(stage or f"t{next(_numbers)}", config, emulator.endpoint_url))
        return made[-1]

    yield make
    for each in made:
        if not each.gone:
            each.run("down")


@pytest.fixture(scope="module")  # while Playwright runs, no other event loop may
def chromium() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # milliseconds; its own 5 s are too few where much else runs
    try:
        path = executable_path()
    except NoBrowserError as error:
        pytest.skip(f"{error}: run 'make browser'")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*root, *FLAGS], timeout=120_000)
        yield browser
        browser.close()
