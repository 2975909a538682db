"""A browser in which every complaint about a page is a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What a browser says of its own accord when a request fails, as some tests want it to.
FAILED_REQUEST = re.compile("Failed to load resource|blocked by CORS policy")


@pytest.fixture
def complaints() -> list[str]:
    """Errors and warnings in the browser's console; a violation of the page's security policy is one too."""
    return []


@pytest.fixture
def page(chromium: Any, complaints: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.unroute_all(behavior="ignoreErrors")  # some are never answered
    context.close()
    if "failing_requests" in request.fixturenames:
        complaints[:] = [line for line in complaints if not FAILED_REQUEST.search(line)]
    assert not complaints


@pytest.fixture
def failing_requests() -> None:
    """For tests in which requests fail on purpose: the browser may say so, until it is closed."""


@pytest.fixture
def findings(page: Page) -> Callable[[], list[str]]:
    """What axe finds serious or critical on the page as it is now."""

    def findings() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return findings
