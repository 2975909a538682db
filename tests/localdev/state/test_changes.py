"""Which requests may have changed what the emulator holds: whatever else is not saved a moment later."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localdev.state import changes


def noted(operation: str | None, method: str = "POST", answer: Any = None, path: str = "/") -> bool:
    before = changes.count()
    changes.happened.clear()
    named = SimpleNamespace(name=operation) if operation else None
    changes.note(
        None,
        SimpleNamespace(operation=named, request=SimpleNamespace(method=method, path=path), service_response=answer),
        None,
    )
    assert changes.happened.is_set() == (changes.count() != before)
    return changes.happened.is_set()


@pytest.mark.parametrize(
    "operation", ["PutObject", "DeleteItem", "InitiateAuth", "Invoke", "UpdateStage", "Publish", "GetSessionToken"]
)
def test_writing(operation: str) -> None:
    assert noted(operation)


@pytest.mark.parametrize(
    "operation", ["GetObject", "ListBuckets", "DescribeTable", "HeadBucket", "Query", "BatchGetItem"]
)
def test_reading(operation: str) -> None:
    assert not noted(operation)


def test_messages_are_hidden_when_they_are_received() -> None:
    """Functions' pollers ask all the time, and mostly in vain."""
    assert noted("ReceiveMessage", answer={"Messages": [{"Body": "one"}]})
    assert not noted("ReceiveMessage", answer={})
    assert not noted("ReceiveMessage")


def test_our_own_addresses() -> None:
    """Such as a reset."""
    assert noted(None, "POST", path="/_localdev/reset")
    assert not noted(None, "POST", path="/_localdev/state/save")
    assert not noted(None, "GET")
