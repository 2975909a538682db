"""A browser in which every complaint about a page is a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, ViewportSize

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
# What a browser says of its own accord where the tests with these fixtures want it to, in lines that may come late.
EXPECTED = {
    "failing_requests": re.compile("Failed to load resource|blocked by CORS policy"),
    "broken_policy": re.compile("Content Security Policy"),
}


@pytest.fixture
def complaints() -> list[str]:
    """Errors and warnings in the browser's console; a violation of the page's security policy is one too."""
    return []


@pytest.fixture(scope="module")
def tab(chromium: Any) -> Iterator[Page]:
    """The page that a module's tests use one after the other: a new one takes a browser most of a second."""
    with _new_page(chromium) as page:
        yield page


@pytest.fixture
def page(chromium: Any, complaints: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty one, as tests find it that come first."""
    if "own_page" in request.fixturenames:
        with _new_page(chromium) as page:
            yield from _watched(page, complaints)
    else:
        yield from _watched(_emptied(request.getfixturevalue("tab")), complaints)
    expected = [said for fixture, said in EXPECTED.items() if fixture in request.fixturenames]
    assert not [line for line in complaints if not any(said.search(line) for said in expected)]


@pytest.fixture
def own_page() -> None:
    """For tests that leave in it what stays there: a script or a clock for all to come, a slow line."""


@contextmanager
def _new_page(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport=VIEWPORT)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def _emptied(page: Page) -> Page:
    for other in page.context.pages:
        if other != page:
            other.close()
    page.goto("about:blank")
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.mouse.move(0, 0)
    page.set_viewport_size(VIEWPORT)
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return page


def _watched(page: Page, complaints: list[str]) -> Iterator[Page]:
    def hear(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            complaints.append(line.text)

    def see(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", hear)
    page.on("pageerror", see)
    yield page
    page.unroute_all(behavior="ignoreErrors")  # some are never answered
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", see)


@pytest.fixture
def failing_requests() -> None:
    """For tests in which requests fail on purpose: the browser may say so, until it is closed."""


@pytest.fixture
def broken_policy() -> None:
    """For tests in which a page does on purpose what its security policy forbids."""


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
