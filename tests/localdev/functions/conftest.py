from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.localdev.functions.gate import Gate


@pytest.fixture
def gate() -> Iterator[Gate]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gate = Gate(listener)
        yield gate
        gate.open()
