"""The real configuration, deployed once, and a browser to use it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser import NoBrowserError, executable_path
from tests.system.web import Qr

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def qr(session_stack: Callable[..., Any]) -> Qr:
    return Qr(session_stack().json("up")["outputs"]["qr"])


@pytest.fixture(scope="module")  # while Playwright runs, no other event loop may
def chromium() -> Iterator[Any]:
    try:
        path = executable_path()
    except NoBrowserError as error:
        pytest.skip(f"{error}: run 'make browser'")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*root, *FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()
