"""The QR system in a real browser: its rules about origins are the ones that count."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.system.web import Qr, decode

SHOP = b"""<!doctype html><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">"""
ASK = """async ([url, body]) => {
    const answer = await fetch(url, {
        method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)
    })
    return [answer.status, await answer.json()]
}"""
SHOW = """async url => {
    const image = new Image()
    image.src = url
    await image.decode()
    document.body.append(image)
}"""


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(SHOP)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shop(page: Page) -> Iterator[Page]:
    """A page of another origin than the API's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        server.shutdown()


def test_the_returned_url_opens_as_a_picture(qr: Qr, page: Page) -> None:
    text = "https://example.org/🎫?seat=漢字"
    answer = page.goto(qr.generate(text)["url"])
    assert answer is not None
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert page.locator("img").count() == 1
    assert decode(page.screenshot()) == text


def test_a_page_of_another_origin_makes_a_code_and_shows_it(qr: Qr, shop: Page) -> None:
    status, answer = shop.evaluate(ASK, [qr.url, {"text": "from a shop ✓"}])
    assert (status, answer["text_length"]) == (200, len("from a shop ✓"))
    shop.evaluate(SHOW, answer["url"])
    assert decode(shop.screenshot()) == "from a shop ✓"


def test_a_page_of_another_origin_can_read_what_it_did_wrong(qr: Qr, shop: Page) -> None:
    assert shop.evaluate(ASK, [qr.url, {"text": ""}]) == [400, {"error": "'text' is empty"}]
