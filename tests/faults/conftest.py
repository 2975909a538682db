"""An emulator behind a proxy, an account of its own for each test, and how much of the long sweeps is done."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localdev.emulator import Emulator
from tests.conftest import CREDENTIALS
from tests.faults.world import SERVICES, World, apps, project
from tests.proxy import Proxy, proxying

WorldMaker = Callable[[], World]

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-call", action="store_true", help="Cut runs off at every call, not at a sample of them.")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [each for ends in ("passed", "failed") for each in terminalreporter.getreports(ends)]
    counts = [dict(each.user_properties).get("cut off", 0) for each in reports if each.when == "call"]
    if cut := sum(counts):
        terminalreporter.write_line(f"{cut} runs were cut off")


@pytest.fixture(scope="session")
def every_call(request: pytest.FixtureRequest) -> bool:
    chosen: bool = request.config.getoption("--every-call", default=False)
    return chosen


@pytest.fixture(scope="session")
def proxied(emulator: Emulator) -> Iterator[tuple[str, Proxy]]:
    """The proxy that deployers go through, and its URL."""
    with proxying(emulator.endpoint_url) as pair:
        yield pair


@pytest.fixture(scope="session")
def inside(emulator: Emulator) -> Iterator[Callable[[str], Callable[[str], Any]]]:
    """``inside(account)("s3")`` is a client of that account, past all faults; one account at a time."""
    with proxying(emulator.endpoint_url) as (url, proxy):
        clients = {service: boto3.client(service, endpoint_url=url, **CREDENTIALS) for service in SERVICES}

        def account(number: str) -> Callable[[str], Any]:
            def client(service: str) -> Any:
                proxy.account = number
                return clients[service]

            return client

        yield account
        for each in clients.values():
            each.close()


@pytest.fixture
def new_world(proxied: tuple[str, Proxy], inside: Any, tmp_path: Path) -> WorldMaker:
    """``new_world()`` is an empty account, and a project with config.yaml's apps to deploy there."""
    url, proxy = proxied

    def make() -> World:
        account = f"{next(_numbers):012}"
        folder = tmp_path / account
        project(folder, apps())
        proxy.account = account
        return World(account, folder, url, proxy, inside(account))

    return make


@pytest.fixture
def world(new_world: WorldMaker) -> World:
    return new_world()
