"""What holds for all three sites: their files, their security policy, and that everybody can use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.launcher import ROOT
from tests.system.pages.api import answering
from tests.system.pages.photos import choose, noise, upload
from tests.system.pages.screen import hears

SITES = ("qr", "photo", "password")
SHARED = ROOT / "sites" / "shared"


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_small_and_stands_alone(site: str) -> None:
    files = {path: path.read_text() for folder in (SHARED, ROOT / "sites" / site) for path in folder.iterdir()}
    assert sum(len(text.encode()) for text in files.values()) < 32_000
    for path, text in files.items():
        text = re.sub(r"<meta http-equiv.*>|xmlns=\S*", "", text)
        assert not re.search(r"(src=|href=|import |from |url\()[\"']?(https?:)?//", text), path
        if path.suffix == ".html":
            assert not re.search(r"<script(?! type=\"module\" src)|<style| style=| on\w+=", text), path


@pytest.mark.parametrize("site", SITES)
def test_the_policy_allows_the_site_the_api_and_the_storage(site: str) -> None:
    allowed = {"'self'", "blob:", "https://*.amazonaws.com"}
    emulator = {"http://127.0.0.1:*", "http://localhost:*", "http://*.localhost:*"}
    for page in (ROOT / "sites" / site / "index.html", SHARED / "404.html"):
        text = page.read_text()
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        rules = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split(";")}
        for closed in ("default-src", "base-uri", "form-action"):
            assert rules.pop(closed) == {"'none'"}
        assert rules["style-src"] == rules.get("script-src", {"'self'"}) == {"'self'"}
        assert set().union(*rules.values()) <= allowed | emulator


@pytest.mark.usefixtures("broken_policy")
def test_the_browser_holds_a_page_to_its_policy(
    page: Page, outputs: dict[str, dict[str, str]], complaints: list[str], until: Any
) -> None:
    page.goto(outputs["qr"]["site.url"])
    page.evaluate(
        "() => { const tag = document.createElement('script'); tag.text = 'window.ran = 1'; document.body.append(tag) }"
    )
    refused = page.evaluate("fetch('https://example.org/').then(() => false, () => true)")
    assert refused
    assert page.evaluate("window.ran") is None
    for forbidden in ("inline script", "https://example.org/"):
        until(hears(page, lambda what=forbidden: any(what in line for line in complaints)))


@pytest.mark.parametrize("site", SITES)
def test_a_wrong_address_is_a_page_of_the_site(
    page: Page, outputs: dict[str, dict[str, str]], failing_requests: None, site: str, findings: Callable[[], list[str]]
) -> None:
    answer = page.goto(outputs[site]["site.url"] + "no/such/page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    assert page.locator("img").evaluate("image => image.naturalWidth") > 0
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length)")
    assert not findings()
    page.get_by_role("link").click()
    expect(page).to_have_url(outputs[site]["site.url"])


# The states in which people see the pages. Each leaves the page as it is to be looked at.


def qr_empty(page: Page, _: Path) -> None:
    expect(page.get_by_text("It will appear here.")).to_be_visible()


def qr_made(page: Page, _: Path) -> None:
    page.get_by_label("Text or link").fill("https://example.org/" + "long" * 40)
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_have_text("Your code is ready.")


def qr_refused(page: Page, _: Path) -> None:
    page.get_by_label("Text or link").fill("x" * 1001)
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_contain_text("1 too many")


def photo_empty(page: Page, _: Path) -> None:
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


def photo_chosen(page: Page, folder: Path) -> None:
    (folder / "notes.txt").write_text("no photo")
    choose(page, noise(folder / "IMG_20260714_183155_with_a_name_that_knows_no_end.jpg"), folder / "notes.txt")


def photo_on_the_way(page: Page, folder: Path) -> None:
    page.route("**/presign?*", lambda route: None)
    choose(page, noise(folder / "a.png"))
    upload(page)
    expect(page.get_by_role("progressbar", name="Upload of a.png")).to_be_visible()


def photo_mixed(page: Page, folder: Path) -> None:
    page.route(
        "**/presign?*size=8*", answering(409, {"error": "There is a photo 'b.gif' already: choose another name"})
    )
    (folder / "b.gif").write_bytes(b"no photo")
    choose(page, noise(folder / "a.png"), folder / "b.gif")
    upload(page)
    expect(page.get_by_role("status")).to_have_text("1 photo uploaded. 1 photo with a problem: see the list.")


def password_right(page: Page, _: Path) -> None:
    page.get_by_label("Name").fill("x" * 128)


def password_wrong(page: Page, _: Path) -> None:
    page.get_by_label("Name").fill("it's")
    page.get_by_label("Length", exact=True).fill("7")
    for switch in page.get_by_role("switch").all():
        switch.uncheck()


def not_deployed(page: Page, _: Path) -> None:
    page.route("**/settings.json", lambda route: route.fulfill(status=404, body=""))
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("This page has not been deployed yet")


STATES = {
    "qr": (qr_empty, qr_made, qr_refused, not_deployed),
    "photo": (photo_empty, photo_chosen, photo_on_the_way, photo_mixed, not_deployed),
    "password": (password_right, password_wrong, not_deployed),
}
in_every_state = pytest.mark.parametrize(
    ("site", "state"),
    [
        pytest.param(site, state, id=f"{site} {state.__name__.removeprefix(f'{site}_')}")
        for site in SITES
        for state in STATES[site]
    ],
)


@in_every_state
@pytest.mark.usefixtures("failing_requests")
def test_everybody_can_use_it(
    page: Page,
    outputs: dict[str, dict[str, str]],
    tmp_path: Path,
    findings: Callable[[], list[str]],
    site: str,
    state: Callable[[Page, Path], None],
) -> None:
    """By axe in light and in dark; and nothing is wider than the narrowest phone."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(outputs[site]["site.url"])
    state(page, tmp_path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not findings()
    page.set_viewport_size({"width": 320, "height": 640})
    page.wait_for_function("() => innerWidth === 320")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert not findings()


@pytest.mark.parametrize("site", SITES)
def test_dark_is_dark_and_light_is_light(page: Page, outputs: dict[str, dict[str, str]], site: str) -> None:
    def brightness() -> float:
        return float(
            page.evaluate("""() => {
                const canvas = new OffscreenCanvas(1, 1).getContext("2d")
                canvas.fillStyle = getComputedStyle(document.body).backgroundColor
                canvas.fillRect(0, 0, 1, 1)
                return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part) / 3 / 255
            }""")
        )

    page.goto(outputs[site]["site.url"])
    page.emulate_media(color_scheme="light")
    assert brightness() > 0.9
    page.emulate_media(color_scheme="dark")
    assert brightness() < 0.15


@pytest.mark.parametrize("site", SITES)
def test_nothing_moves_for_those_who_want_that(page: Page, outputs: dict[str, dict[str, str]], site: str) -> None:
    moving = """[...document.querySelectorAll("*")].filter(
        element => parseFloat(getComputedStyle(element).transitionDuration) > 0
    ).length"""
    page.goto(outputs[site]["site.url"])
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("site", SITES)
def test_the_focus_is_seen(page: Page, outputs: dict[str, dict[str, str]], site: str) -> None:
    """On every stop of the way through the page with the Tab key."""
    marked = """() => {
        const focused = document.activeElement
        if (focused === document.body) return null
        return [focused, focused.closest(".drop")].filter(Boolean).some(element => {
            const { outlineStyle, outlineWidth } = getComputedStyle(element)
            return outlineStyle === "solid" && parseFloat(outlineWidth) >= 2
        })
    }"""
    page.goto(outputs[site]["site.url"])
    seen = []
    page.keyboard.press("Tab")
    while (stop := page.evaluate(marked)) is not None:
        seen.append(stop)
        page.keyboard.press("Tab")
    assert len(seen) >= 2
    assert all(seen)
