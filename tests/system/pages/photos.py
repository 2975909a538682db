"""Photos to upload, and what the tests of the photo page do with them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page


def noise(path: Path, side: int = 64, seed: int = 0) -> Path:
    """Write a real picture of the type its name says; noise, so that no two seeds make the same.

    side: in pixels. 2,400 makes a JPEG of 5 MB.
    """
    pixels = random.Random(seed).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), pixels).save(path, quality=90)
    return path


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Choose photos").set_input_files(paths)


def upload(page: Page) -> None:
    """Press the button, whatever it says."""
    page.locator("form > button").click()


def slow_line(page: Page, speed: int) -> Callable[[], None]:
    """Have everything leave the browser with that many bytes a second, until what is returned is called."""
    session = page.context.new_cdp_session(page)

    def change(speed: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        session.send("Network.emulateNetworkConditions", conditions)

    change(speed)
    return lambda: change(-1)


def chosen(page: Page, name: str) -> Locator:
    """The item of a photo that is not uploaded."""
    return page.get_by_role("list", name="Chosen photos").get_by_role("listitem").filter(has_text=name)


def uploaded(page: Page) -> Locator:
    """The items of the gallery."""
    return page.get_by_role("region", name="Uploaded in this visit").get_by_role("listitem")


def keys(page: Page) -> dict[str, str]:
    """The keys that the gallery shows, by the file's name."""
    return {item.locator(".name").inner_text(): item.get_by_role("code").inner_text() for item in uploaded(page).all()}
