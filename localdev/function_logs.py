"""What functions logged, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any


def lines(invocation: dict[str, Any]) -> Iterator[str]:
    """Each with the time the invocation began and the function.

    invocation: a `localdev.functions.history.Invocation`, as a document.
    """
    began = datetime.fromtimestamp(invocation["started"]).strftime("%H:%M:%S.%f")[:-3]
    for line in invocation["log"]:
        yield f"{began} {invocation['function']}  {line.rstrip()}"
