"""Fixtures for any project's tests: an emulator, a clean account for each test, clients, a deployed app.

Every pytest run of an environment that has localdev loads this module, so it imports nothing that pytest has not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localdev.emulator import Emulator
    from localdev.testing import Account, Accounts, Deployment

_accounts: pytest.StashKey[Accounts] = pytest.StashKey()
_began: pytest.StashKey[float] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("localdev_strict", "let the emulator refuse what AWS would: what roles may not do", "bool", False)
    parser.addini("localdev_deploy", "a command that deploys the app and prints its outputs as JSON, for aws_deployed")


def pytest_configure(config: pytest.Config) -> None:
    try:
        config.getini("localdev_strict")
    except (ValueError, pytest.UsageError) as error:  # newer pytest: the latter, without the name
        raise pytest.UsageError(f"localdev_strict in pytest's configuration: {error}; use true or false") from None


@pytest.fixture(scope="session")
def aws_emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator on a free port, the same for the whole session (with pytest-xdist: for each worker)."""
    from localdev.emulator import Emulator
    from localdev.testing import Accounts, free_port

    strict: bool = request.config.getini("localdev_strict")
    emulator = Emulator(tmp_path_factory.mktemp("localdev"), free_port(), strict=strict, outlives_us=False)
    emulator.start()
    request.config.stash[_accounts] = Accounts(emulator)
    try:
        yield emulator
    finally:
        del request.config.stash[_accounts]
        emulator.stop()


@pytest.fixture(scope="session")
def aws_accounts(
    aws_emulator: Emulator, request: pytest.FixtureRequest
) -> Callable[[], AbstractContextManager[Account]]:
    """``with aws_accounts() as account:`` is another clean account, for fixtures that several tests share."""
    return request.config.stash[_accounts].new


@pytest.fixture
def aws_account(aws_accounts: Callable[[], AbstractContextManager[Account]]) -> Iterator[Account]:
    """An account that nothing else has ever used. What the test leaves in it goes, functions' processes too."""
    with aws_accounts() as account:
        yield account


@pytest.fixture
def aws_environment(aws_account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The test's account; a plain ``boto3.client("s3")`` in the code under test is its client, too."""
    aws_account.enter(monkeypatch)
    return aws_account


@pytest.fixture(scope="session")
def aws_deployed(request: pytest.FixtureRequest) -> Deployment:
    """What the command of the ini option ``localdev_deploy`` deployed, once, to an account that tests share."""
    command: str = request.config.getini("localdev_deploy")
    if not command:
        pytest.fail("aws_deployed needs a command: set localdev_deploy in pytest's configuration", pytrace=False)
    from localdev.errors import LocaldevError

    request.getfixturevalue("aws_emulator")
    try:
        deployed = request.config.stash[_accounts].default().deploy(command, cwd=request.config.rootpath)
        _ = deployed.outputs  # to fail here, and not in a test
    except LocaldevError as error:
        said = f"{error}\nhint: {error.hint}"
    else:
        return deployed
    pytest.fail(said, pytrace=False)  # by itself: pytest shows what an error came from, too


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_began] = time.time()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that failed shows what functions logged meanwhile."""
    report = yield
    accounts = item.config.stash.get(_accounts, None)
    if report.failed and accounts and (logs := accounts.logs(item.stash[_began])):
        report.sections.append(("Lambda logs", logs))
    return report
