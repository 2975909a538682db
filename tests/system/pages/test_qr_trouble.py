"""The QR page when something fails: it says so in a sentence, and works again afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.system.pages.api import CORS, TROUBLE, Answer, answering, down, silent
from tests.system.pages.screen import hears, scanned, stop_clock

pytestmark = pytest.mark.usefixtures("failing_requests", "own_page")
GENERATE = "**/generate"
MADE = {"url": "http://127.0.0.1:1/bucket/qr_1.png", "filename": "qr_1.png", "text_length": 1}


@pytest.fixture
def qr(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    stop_clock(page)
    page.goto(outputs["qr"]["site.url"])
    return page


def ask(page: Page) -> None:
    page.get_by_label("Text or link").fill("x")
    page.get_by_role("button", name="Make the code").click()


def works_again(page: Page) -> None:
    page.unroute_all()
    ask(page)
    expect(page.get_by_role("status")).to_have_text("Your code is ready.")
    assert scanned(page) == "x"


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_trouble_with_the_api_is_a_sentence(qr: Page, trouble: tuple[Answer, str]) -> None:
    answer, sentence = trouble
    qr.route(GENERATE, answer)
    ask(qr)
    expect(qr.get_by_role("status")).to_have_text(sentence)
    expect(qr.get_by_role("button", name="Make the code")).to_have_attribute("aria-disabled", "false")
    works_again(qr)


def test_the_api_itself_says_what_it_does_not_take(qr: Page) -> None:
    """1,000 characters are allowed, and 4,000 bytes do not fit: only the function knows."""
    qr.get_by_label("Text or link").fill("🎫" * 1000)
    qr.get_by_role("button", name="Make the code").click()
    expect(qr.get_by_role("status")).to_contain_text("4,000 bytes of UTF-8 are more than a QR code holds")


def test_who_waits_is_told_and_in_the_end_let_go(qr: Page) -> None:
    qr.route(GENERATE, silent)
    status = qr.get_by_role("status")
    with qr.expect_request(GENERATE):
        ask(qr)
    qr.clock.fast_forward(4_999)
    expect(status).to_have_text("Making the code …")
    qr.clock.fast_forward(1)
    expect(status).to_have_text("This takes longer than usual …")
    qr.clock.fast_forward(24_999)
    expect(status).to_have_text("This takes longer than usual …")
    qr.clock.fast_forward(1)
    expect(status).to_have_text("There was no answer within 30 seconds. Please try again.")
    works_again(qr)


def test_nothing_is_asked_twice(qr: Page, until: Any) -> None:
    asked: list[Route] = []
    qr.route(GENERATE, lambda route: asked.append(route))
    ask(qr)
    button = qr.get_by_role("button", name="Make the code")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)  # it looks disabled, and can be pressed
    qr.get_by_label("Text or link").press("Enter")
    until(hears(qr, lambda: bool(asked)))
    asked[0].continue_()
    expect(qr.get_by_role("status")).to_have_text("Your code is ready.")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (down, "The service cannot be reached. Check your connection, then try again."),
        (
            lambda route: route.fulfill(status=403, headers=CORS),
            "The code is made, but its picture does not load (answer 403).",
        ),
    ],
    ids=["storage down", "storage refuses"],
)
def test_a_picture_that_does_not_load_is_a_sentence_too(qr: Page, answer: Answer, sentence: str) -> None:
    qr.route(GENERATE, answering(200, MADE))
    qr.route("**/qr_1.png", answer)
    ask(qr)
    expect(qr.get_by_role("status")).to_have_text(sentence)
    works_again(qr)


@pytest.mark.parametrize(
    "answer",
    [
        lambda route: route.fulfill(status=404, body="<html>404"),
        answering(200, {}),
        answering(200, {"api": ""}),
        answering(200, None),
        lambda route: route.fulfill(body='{"api": '),
        down,
    ],
    ids=["missing", "without the API", "empty", "null", "cut off", "unreachable"],
)
def test_a_page_without_settings_says_that_it_is_not_deployed(
    page: Page, outputs: dict[str, dict[str, str]], answer: Answer
) -> None:
    page.route("**/settings.json", answer)
    page.goto(outputs["qr"]["site.url"])
    sentence = "This page has not been deployed yet: its settings are missing. Run “python deploy.py up”."
    expect(page.get_by_role("status")).to_have_text(sentence)
    ask(page)
    expect(page.get_by_role("status")).to_have_text(sentence)
