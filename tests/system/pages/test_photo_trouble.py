"""The photo page when something fails: each photo says what, and can be tried again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.system.pages.api import CORS, TROUBLE, Answer, down, silent
from tests.system.pages.photos import choose, chosen, noise, slow_line, upload, uploaded
from tests.system.pages.screen import stop_clock

pytestmark = pytest.mark.usefixtures("failing_requests", "own_page")
PRESIGN, PUT = "**/presign?*", "**/uploads/*"
NO_PHOTO = "This is not a photo that can be uploaded: choose JPEG, PNG, WebP, GIF or AVIF."
EXPIRED = "The permission to upload has expired or does not fit. Try again to get a new one."


@pytest.fixture
def photo(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    stop_clock(page)
    page.goto(outputs["photo"]["site.url"])
    return page


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return noise(tmp_path / "sail.png")


def fails(page: Page, path: Path, sentence: str) -> None:
    choose(page, path)
    upload(page)
    says(page, path, sentence)


def says(page: Page, path: Path, sentence: str) -> None:
    expect(chosen(page, path.name)).to_contain_text(sentence)
    expect(page.get_by_role("status")).to_have_text("1 photo with a problem: see the list.")


def works_again(page: Page, path: Path) -> None:
    """By the button, and without the focus getting lost."""
    page.unroute_all()
    page.get_by_role("button", name=f"Try again: {path.name}").click()
    expect(page.get_by_role("status")).to_have_text("1 photo uploaded.")
    expect(uploaded(page)).to_be_focused()


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_trouble_with_the_api_is_a_sentence(photo: Page, path: Path, trouble: tuple[Answer, str]) -> None:
    answer, sentence = trouble
    photo.route(PRESIGN, answer)
    fails(photo, path, sentence)
    works_again(photo, path)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda route: route.fulfill(status=403, headers=CORS), EXPIRED),
        (
            lambda route: route.fulfill(status=409, headers=CORS),
            "A photo of this name is being uploaded at this moment. Choose another name, or try again.",
        ),
        (
            lambda route: route.fulfill(status=412, headers=CORS),
            "A photo of this name is already there. It was not overwritten.",
        ),
        (
            lambda route: route.fulfill(status=503, headers=CORS),
            "The storage has a problem (answer 503). Try again in a moment.",
        ),
        (down, "The connection was lost. Check it, then try again."),
        (lambda route: route.abort("connectionreset"), "The connection was lost. Check it, then try again."),
    ],
    ids=["403", "409", "412", "503", "down", "cut off"],
)
def test_trouble_with_the_storage_is_a_sentence(photo: Page, path: Path, answer: Answer, sentence: str) -> None:
    photo.route(PUT, answer)
    fails(photo, path, sentence)
    works_again(photo, path)


def test_s3_itself_refuses_a_permission_that_was_used(photo: Page, path: Path) -> None:
    permissions: list[str] = []

    def used(route: Route) -> None:
        if not permissions:
            permissions.append(route.fetch().text())
        route.fulfill(body=permissions[0], headers=CORS)

    photo.route(PRESIGN, used)
    choose(photo, path)
    upload(photo)
    expect(uploaded(photo)).to_have_count(1)
    choose(photo, path)
    upload(photo)
    expect(chosen(photo, path.name)).to_contain_text("A photo of this name is already there.")


def test_s3_itself_refuses_a_permission_that_does_not_fit(photo: Page, path: Path) -> None:
    def forged(route: Route) -> None:
        permission = json.loads(route.fetch().text())
        permission["url"] = permission["url"].replace("uploads/", "uploads/x", 1)
        route.fulfill(json=permission, headers=CORS)

    photo.route(PRESIGN, forged)
    fails(photo, path, EXPIRED)
    works_again(photo, path)


def test_who_waits_for_a_permission_is_told_and_in_the_end_let_go(photo: Page, path: Path) -> None:
    photo.route(PRESIGN, silent)
    choose(photo, path)
    with photo.expect_request(PRESIGN):
        upload(photo)
    photo.clock.fast_forward(4_999)
    expect(chosen(photo, path.name)).to_contain_text("asking for permission …")
    expect(photo.get_by_role("button", name="Try again")).to_have_count(0)
    photo.clock.fast_forward(1)
    expect(chosen(photo, path.name)).to_contain_text("this takes longer than usual …")
    photo.clock.fast_forward(25_000)
    says(photo, path, "There was no answer within 30 seconds. Please try again.")
    works_again(photo, path)


def test_an_upload_that_stands_still_is_given_up(photo: Page, path: Path) -> None:
    photo.route(PUT, silent)
    choose(photo, path)
    with photo.expect_request(PUT):
        upload(photo)
    photo.clock.fast_forward(29_999)
    expect(photo.get_by_role("progressbar")).to_have_count(1)
    photo.clock.fast_forward(1)
    says(photo, path, "Nothing has moved for 30 seconds. Check your connection, then try again.")
    works_again(photo, path)


def test_an_upload_may_take_long_as_long_as_it_moves(photo: Page, tmp_path: Path) -> None:
    speed_up = slow_line(photo, 64 * 1024)
    choose(photo, noise(tmp_path / "large.jpg", side=2400))
    upload(photo)
    share = 0.0
    for _ in range(3):
        photo.wait_for_function("share => document.querySelector('#chosen progress').value > share", arg=share)
        photo.clock.fast_forward(20_000)
        share = photo.evaluate("document.querySelector('#chosen progress').value")
    speed_up()
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")


def test_what_is_no_photo_or_too_large_is_not_asked_for(photo: Page, path: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    photo.on("request", lambda request: asked.append(request.url) if "presign" in request.url else None)
    sizes = {"largest.jpg": 20 * 1024**2, "too-large.jpg": 20 * 1024**2 + 1, "empty.png": 0, "notes.txt": 5, "x.svg": 9}
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    choose(photo, path, *(tmp_path / name for name in sizes))
    expect(chosen(photo, "too-large.jpg")).to_contain_text("This photo is too large: 20.1 MB, where 20 MB are allowed.")
    expect(chosen(photo, "empty.png")).to_contain_text("This file is empty.")
    expect(chosen(photo, "notes.txt")).to_contain_text(NO_PHOTO)
    expect(chosen(photo, "x.svg")).to_contain_text(NO_PHOTO)
    expect(photo.get_by_role("button", name="Try again")).to_have_count(0)
    photo.get_by_role("button", name="Upload 2 photos").click()
    expect(uploaded(photo)).to_have_count(2)
    assert len(asked) == 2
    expect(photo.get_by_role("status")).to_have_text("2 photos uploaded. 4 photos with a problem: see the list.")


def test_a_photo_in_trouble_does_not_hold_up_the_others(photo: Page, tmp_path: Path) -> None:
    photo.route("**/presign?*size=7*", down)
    bad = tmp_path / "bad.gif"
    bad.write_bytes(b"7 bytes")
    choose(photo, bad, *(noise(tmp_path / f"{seed}.png", seed=seed) for seed in range(4)))
    upload(photo)
    expect(uploaded(photo)).to_have_count(4)
    expect(chosen(photo, "bad.gif")).to_contain_text("The service cannot be reached.")


def test_all_that_failed_can_be_tried_again_at_once(photo: Page, tmp_path: Path) -> None:
    photo.route(PRESIGN, down)
    choose(photo, *(noise(tmp_path / f"{seed}.png", seed=seed) for seed in range(2)))
    upload(photo)
    expect(photo.get_by_role("status")).to_have_text("2 photos with a problem: see the list.")
    photo.unroute_all()
    photo.get_by_role("button", name="Upload 2 photos").click()
    expect(photo.get_by_role("status")).to_have_text("2 photos uploaded.")


def test_without_photos_there_is_nothing_to_upload(photo: Page) -> None:
    photo.get_by_role("button", name="Upload").click(force=True)  # it looks disabled, and can be pressed
    expect(photo.get_by_role("status")).to_have_text("Choose photos first.")


def test_a_page_without_settings_says_that_it_is_not_deployed(
    page: Page, outputs: dict[str, dict[str, str]], path: Path
) -> None:
    page.route("**/settings.json", lambda route: route.fulfill(status=404, body="<html>404"))
    page.goto(outputs["photo"]["site.url"])
    expect(page.get_by_role("status")).to_contain_text("This page has not been deployed yet")
    fails(page, path, "This page has not been deployed yet")
