"""What a page shows, whenever that comes, and a clock that only tests move."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.system.web import decode


def scanned(page: Page) -> str:
    """The text of the code on the screen, as a phone reads it."""
    expect(page.locator("#picture")).to_have_js_property("complete", True)
    return decode(page.screenshot(animations="disabled"))


def stop_clock(page: Page) -> None:
    """From its next address on: no wait is over, and no word gone, because the machine is slow."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


def hears(page: Page, ready: Callable[[], bool]) -> Callable[[], bool]:
    """For `until`: Playwright hears of requests and of the console while it is asked something, and not else."""

    def heard() -> bool:
        page.wait_for_timeout(20)
        return ready()

    return heard
