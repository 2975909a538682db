"""The QR page against the deployed app: what people do with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.system.pages.screen import scanned, stop_clock
from tests.system.web import decode, http

TEXT = "https://tickets.example.org/e/4711?seat=12A&name=Zoë"


@pytest.fixture(scope="module")
def tab(tab: Page) -> Page:
    """A button says for two seconds that it has copied something."""
    stop_clock(tab)
    return tab


@pytest.fixture
def qr(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    page.goto(outputs["qr"]["site.url"])
    return page


def make(page: Page, text: str) -> None:
    """Type a text and wait for its code."""
    page.get_by_label("Text or link").fill(text)
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_have_text("Your code is ready.")


def test_the_code_on_the_screen_holds_the_typed_text(qr: Page) -> None:
    field = qr.get_by_label("Text or link")
    field.click()
    field.press_sequentially(TEXT)
    field.press("Enter")
    expect(qr.get_by_alt_text(f"QR code of “{TEXT}”")).to_be_visible()
    assert scanned(qr) == TEXT


def test_any_text_goes_in_line_breaks_and_all(qr: Page) -> None:
    field = qr.get_by_label("Text or link")
    field.press_sequentially("  <b>漢字</b> & 🎫")
    field.press("Shift+Enter")
    field.press_sequentially("second line ")
    field.press("Enter")
    expect(qr.get_by_role("status")).to_have_text("Your code is ready.")
    assert scanned(qr) == "<b>漢字</b> & 🎫\nsecond line"


def test_a_second_code_takes_the_place_of_the_first(qr: Page) -> None:
    qr.evaluate("""() => {
        window.kept = 0
        const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL]
        URL.createObjectURL = file => { kept += 1; return create(file) }
        URL.revokeObjectURL = url => { if (url) kept -= 1; revoke(url) }
    }""")
    make(qr, "first")
    qr.get_by_label("Text or link").fill("second")
    qr.get_by_role("button", name="Make the code").click()
    expect(qr.get_by_alt_text("QR code of “second”")).to_be_visible()
    assert scanned(qr) == "second"
    assert qr.evaluate("kept") == 1


def test_the_downloaded_file_is_the_code(qr: Page, tmp_path: Path) -> None:
    make(qr, TEXT)
    with qr.expect_download() as download:
        qr.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".png")
    download.value.save_as(tmp_path / "code.png")
    assert decode((tmp_path / "code.png").read_bytes()) == TEXT


def test_the_link_opens_the_code(qr: Page) -> None:
    make(qr, TEXT)
    link = qr.get_by_role("link", name="Open")
    address = link.get_attribute("href")
    assert address
    with qr.expect_popup() as popup:
        link.click()
    expect(popup.value).to_have_url(address)
    assert decode(http("GET", address).body) == TEXT


@pytest.mark.usefixtures("own_page")
@pytest.mark.parametrize("clipboard", [True, False], ids=["with a clipboard object", "without, as over plain HTTP"])
def test_the_link_can_be_copied(page: Page, outputs: dict[str, dict[str, str]], clipboard: bool) -> None:
    stop_clock(page)
    if not clipboard:
        page.add_init_script("if (location.pathname === '/') delete Navigator.prototype.clipboard")
    page.goto(outputs["qr"]["site.url"])
    make(page, TEXT)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.get_by_role("link", name="Open").get_attribute("href")
    assert link
    field = page.get_by_label("Text or link")
    field.fill("")
    field.press("Control+v")  # by way of the keyboard
    expect(field).to_have_value(link)
    assert decode(http("GET", link).body) == TEXT


@pytest.mark.parametrize(
    ("text", "length"),
    [("", "0"), ("  x  ", "1"), ("🎫" * 3, "3"), ("x" * 1000, "1,000"), ("x" * 1001, "1,001")],
    ids=["nothing", "padded", "beyond the BMP", "full", "too long"],
)
def test_characters_are_counted_as_the_function_counts_them(qr: Page, text: str, length: str) -> None:
    qr.get_by_label("Text or link").fill(text)
    expect(qr.locator("#count")).to_have_text(f"{length} of 1,000")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n ", "Type a text or a link first."),
        ("x" * 1001, "That is 1 too many: a code holds up to 1,000 characters."),
    ],
    ids=["empty", "too long"],
)
def test_what_cannot_be_a_code_is_not_asked_for(qr: Page, text: str, sentence: str) -> None:
    asked: list[str] = []
    qr.route("**/generate", lambda route: asked.append(route.request.url))
    qr.get_by_label("Text or link").fill(text)
    qr.get_by_role("button", name="Make the code").click()
    expect(qr.get_by_role("status")).to_have_text(sentence)
    expect(qr.get_by_label("Text or link")).to_be_focused()
    assert not asked


def test_it_can_be_used_with_the_keyboard_alone(qr: Page, tmp_path: Path) -> None:
    keyboard = qr.keyboard
    keyboard.press("Tab")
    keyboard.type("no mouse")
    keyboard.press("Tab")
    expect(qr.get_by_role("button", name="Make the code")).to_be_focused()
    keyboard.press("Space")
    expect(qr.get_by_role("status")).to_have_text("Your code is ready.")
    keyboard.press("Tab")
    expect(qr.get_by_role("link", name="Download")).to_be_focused()
    with qr.expect_download() as download:
        keyboard.press("Enter")
    download.value.save_as(tmp_path / "code.png")
    assert decode((tmp_path / "code.png").read_bytes()) == "no mouse"
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(qr.get_by_role("button", name="Copied")).to_be_focused()
