"""What functions logged, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any


def lines(invocation: dict[str, Any], after: int = 0) -> Iterator[str]:
    """Each with the time the invocation began and the function.

    invocation: a `localdev.functions.history.Invocation` or `Running`, as a document. after: how many are known.
    """
    began = datetime.fromtimestamp(invocation["started"]).strftime("%H:%M:%S.%f")[:-3]
    dropped = invocation["lines"] - len(invocation["log"])
    for line in invocation["log"][max(0, after - dropped) :]:
        yield f"{began} {invocation['function']}  {line.rstrip()}"
