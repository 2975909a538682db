"""What is kept of invocations: enough to tell, and no more than that."""

from __future__ import annotations

from typing import Any

import pytest

from localdev.functions import history


@pytest.fixture(autouse=True)
def nothing_else() -> Any:
    history.forget()
    yield
    history.forget()


def record(account: str = "000000000000", log: str = "", failure: bytes | None = None) -> None:
    arn = f"arn:aws:lambda:us-east-1:{account}:function:f:1"
    numbers: dict[str, Any] = {"started": 0.0, "duration": 1.0, "billed": 1, "init": None, "memory": 128, "peak": 9}
    history.record(arn, "id", failure=failure, log=log, **numbers)


def test_it_does_not_grow() -> None:
    before = history.last()
    for _ in range(history.KEPT + 5):
        record(log="x" * 2 * history.LOG_LIMIT)
    kept = history.after(before)
    assert [kept[0].number, kept[-1].number] == [before + 6, before + history.KEPT + 5]
    assert len(kept[0].log[0]) == history.LOG_LIMIT


def test_an_account_is_forgotten() -> None:
    record("000000000001")
    record("000000000002")
    history.forget("000000000001")
    assert [each.account for each in history.after(0)] == ["000000000002"]


@pytest.mark.parametrize("answer", [b"\xff", b"[]", b"{}"])
def test_a_failure_that_says_nothing(answer: bytes) -> None:
    record(failure=answer)
    assert (history.after(0)[0].error, history.after(0)[0].message) == ("Unhandled", None)
