"""One strict emulator for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localdev.emulator import Emulator
from tests.localdev.strict.account import Account


@pytest.fixture(scope="session")
def account(strict_emulator: Emulator) -> Iterator[Account]:
    account = Account(strict_emulator.endpoint_url, {})
    yield account
    for client in account.clients.values():
        client.close()
