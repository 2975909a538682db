"""Numbers of bytes, for people."""

from __future__ import annotations


def size(count: float) -> str:
    """Such as ``3.4 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    raise AssertionError("there is always a GB")
