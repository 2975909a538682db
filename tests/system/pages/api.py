"""How the network is made to fail: in the browser, where requests leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route

Answer = Callable[[Route], None]
CORS = {"Access-Control-Allow-Origin": "*"}


def answering(status: int, body: Any) -> Answer:
    """An answer that pages of any origin may read."""
    return lambda route: route.fulfill(status=status, json=body, headers=CORS)


def down(route: Route) -> None:
    route.abort("connectionrefused")


def silent(_: Route) -> None:
    """No answer, ever."""


# What may come of asking an API, and what the page shall say then.
TROUBLE: dict[str, tuple[Answer, str]] = {
    "down": (down, "The service cannot be reached. Check your connection, then try again."),
    "wrong": (answering(400, {"error": "'x' is no y"}), "'x' is no y"),
    "too many": (
        answering(429, {"message": "Too Many Requests"}),
        "Too many requests at once. Wait a moment, then try again.",
    ),
    "failed": (
        answering(500, {"error": "Internal server error"}),
        "The service has a problem (answer 500). Try again in a moment.",
    ),
    "gateway": (
        lambda route: route.fulfill(status=502, body="<html>Bad gateway", headers=CORS),
        "The service has a problem (answer 502). Try again in a moment.",
    ),
    "gone": (
        answering(403, {"message": "Missing Authentication Token"}),
        "The service has a problem (answer 403). Try again in a moment.",
    ),
    "no JSON": (
        lambda route: route.fulfill(status=200, body="fine", headers=CORS),
        "The service has a problem (answer 200). Try again in a moment.",
    ),
}
