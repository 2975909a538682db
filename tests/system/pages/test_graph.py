"""The picture that 'graph --svg' prints, as a browser draws it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.conftest import deploy
from tests.launcher import ROOT

# Every text, with how far it reaches out of the rectangle behind it, in pixels.
OUTSIDE = """() => [...document.querySelectorAll(".name, .kind, .label, .app")].flatMap(text => {
  const rectangle = text.parentElement.querySelector(":scope > rect")
  if (!rectangle || rectangle.classList.contains("paper")) return []
  const [inner, outer] = [text, rectangle].map(each => each.getBoundingClientRect())
  const out = Math.max(outer.left - inner.left, inner.right - outer.right, outer.top - inner.top,
                       inner.bottom - outer.bottom)
  return [[text.textContent, out]]
})"""
COLOURS = """() => [".name", ".box", ".kind", ".behind"].map(each =>
  getComputedStyle(document.querySelector(each)).fill.match(/\\d+/g).slice(0, 3).map(Number))"""


@pytest.fixture
def picture(page: Page) -> Page:
    page.set_content(deploy("graph", "--svg", cwd=ROOT).stdout)
    return page


def luminance(colour: list[int]) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[int], other: list[int]) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_fits_into_its_box(picture: Page) -> None:
    found = picture.evaluate(OUTSIDE)
    assert {"images", "rest_api", "write, read uploads/*", "photo"} <= {text for text, _ in found}
    assert [text for text, out in found if out > 0] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_legible_in_light_and_dark(picture: Page, scheme: Literal["light", "dark"]) -> None:
    picture.emulate_media(color_scheme=scheme)
    name, box, muted, frame = picture.evaluate(COLOURS)
    assert (luminance(box) > 0.5) == (scheme == "light")
    assert contrast(name, box) >= 7
    assert min(contrast(muted, box), contrast(muted, frame)) >= 4.5  # WCAG 2.1, 1.4.3
