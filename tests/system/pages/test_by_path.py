"""The pages at the emulator's own address, by path, which needs no name below localhost to be resolved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.system.pages.photos import choose, keys, noise, upload
from tests.system.pages.screen import scanned
from tests.system.web import http

Outputs = dict[str, dict[str, str]]


def test_the_qr_page(page: Page, outputs: Outputs) -> None:
    """Its API is of the same origin then, and asks for no permission."""
    page.goto(outputs["qr"]["site.local_url"])
    page.get_by_label("Text or link").fill("by path")
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_have_text("Your code is ready.")
    assert scanned(page) == "by path"


def test_the_photo_page(page: Page, outputs: Outputs, client: Callable[[str], Any], tmp_path: Path) -> None:
    page.goto(outputs["photo"]["site.local_url"])
    path = noise(tmp_path / "pier.jpg")
    choose(page, path)
    upload(page)
    expect(page.get_by_role("status")).to_have_text("1 photo uploaded.")
    (key,) = keys(page).values()
    stored = client("s3").get_object(Bucket=outputs["photo"]["buckets.photos.name"], Key=key)
    assert stored["Body"].read() == path.read_bytes()


def test_the_password_page(page: Page, outputs: Outputs) -> None:
    page.goto(outputs["password"]["site.local_url"])
    expect(page.locator("#aws")).to_contain_text(outputs["password"]["functions.generator.name"])


def test_a_page_whose_links_begin_with_a_slash(page: Page, outputs: Outputs, failing_requests: None) -> None:
    """The page for wrong addresses stands at any depth, so its links do; the text arrives all the same."""
    answer = page.goto(outputs["qr"]["site.local_url"] + "no/such/page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    assert page.locator("img").evaluate("image => image.naturalWidth") == 0


def test_programs_open_it(outputs: Outputs) -> None:
    assert http("GET", outputs["qr"]["site.local_url"] + "settings.json").json == {"api": outputs["qr"]["api.url"]}
