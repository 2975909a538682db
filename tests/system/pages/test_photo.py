"""The photo page against the deployed app: what people do with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.system.pages.photos import choose, chosen, keys, noise, slow_line, upload, uploaded
from tests.system.pages.screen import hears

NAMELESS = re.compile(r"uploads/[\w-]{22}\.[a-z]+")


@pytest.fixture
def photo(page: Page, outputs: dict[str, dict[str, str]]) -> Page:
    page.goto(outputs["photo"]["site.url"])
    return page


@pytest.fixture
def stored(client: Callable[[str], Any], outputs: dict[str, dict[str, str]]) -> Callable[[str], Any]:
    """``stored(key)`` is the type and the bytes of a photo in the bucket."""

    def stored(key: str) -> tuple[str, bytes]:
        answer = client("s3").get_object(Bucket=outputs["photo"]["buckets.photos.name"], Key=key)
        return answer["ContentType"], answer["Body"].read()

    return stored


@pytest.mark.usefixtures("own_page")
def test_a_photo_of_several_megabytes_arrives_as_it_is(
    photo: Page, stored: Callable[[str], Any], tmp_path: Path
) -> None:
    path = noise(tmp_path / "harbour at dawn.jpg", side=2400)
    assert path.stat().st_size > 4 * 1024**2
    speed_up = slow_line(photo, 256 * 1024)  # so that there is progress to see
    choose(photo, path)
    photo.evaluate("""() => {
        const bar = document.querySelector("#chosen progress")
        window.shares = []
        new MutationObserver(() => shares.push(bar.value)).observe(bar, {attributeFilter: ["value"]})
    }""")
    upload(photo)
    photo.wait_for_function("() => shares.some(share => 0 < share && share < 1)")
    speed_up()
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")
    (key,) = keys(photo).values()
    assert NAMELESS.fullmatch(key)
    assert stored(key) == ("image/jpeg", path.read_bytes())
    *shares, _ = photo.evaluate("shares")  # it is put back at the end
    assert shares == sorted(shares)


def test_all_types_at_once(photo: Page, stored: Callable[[str], Any], tmp_path: Path) -> None:
    endings = {".jpg": "jpeg", ".png": "png", ".webp": "webp", ".gif": "gif", ".avif": "avif"}
    paths = [noise(tmp_path / f"photo{ending}", seed=seed) for seed, ending in enumerate(endings)]
    choose(photo, *paths)
    photo.get_by_role("button", name="Upload 5 photos").click()
    expect(photo.get_by_role("status")).to_have_text("5 photos uploaded.")
    found = {name: stored(key) for name, key in keys(photo).items()}
    assert found == {path.name: (f"image/{endings[path.suffix]}", path.read_bytes()) for path in paths}
    expect(chosen(photo, "photo")).to_have_count(0)


def test_at_most_three_are_on_the_way_at_a_time(photo: Page, tmp_path: Path, until: Any) -> None:
    held: list[Route] = []
    photo.route("**/presign?*", lambda route: held.append(route))
    choose(photo, *(noise(tmp_path / f"{seed}.png", seed=seed) for seed in range(5)))
    upload(photo)
    expect(photo.get_by_role("progressbar")).to_have_count(5)
    for done, most in enumerate((3, 4, 5, 5, 5)):
        until(hears(photo, lambda most=most: len(held) >= most))
        assert len(held) == most
        held[done].continue_()
        expect(uploaded(photo)).to_have_count(done + 1)


def test_photos_can_be_dropped_from_outside(photo: Page, stored: Callable[[str], Any], tmp_path: Path) -> None:
    paths = [noise(tmp_path / name, seed=seed) for seed, name in enumerate(["left.png", "right.jpg"])]
    box = photo.get_by_role("heading", name="Photo upload").bounding_box()
    assert box is not None  # beside the drop zone: there a browser would open the file
    drag = photo.context.new_cdp_session(photo)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        drag.send("Input.dispatchDragEvent", {"type": step, "x": box["x"], "y": box["y"], "data": data})
        expect(photo.locator("#drop.over")).to_have_count(int(step == "dragOver"))
    upload(photo)
    expect(photo.get_by_role("status")).to_have_text("2 photos uploaded.")
    assert {name: stored(key)[1] for name, key in keys(photo).items()} == {
        path.name: path.read_bytes() for path in paths
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("IMG_20260714.JPG", "uploads/IMG_20260714.jpg"),
        ("Hafen bei Nacht (2), schön.jpeg", "uploads/Hafen-bei-Nacht-2-schon.jpeg"),
        ("..a..b.jpg", "uploads/a-b.jpg"),
        ("漢字.jpg", "uploads/photo.jpg"),
        ("scan.jpe", "uploads/scan-jpe.jpg"),
        ("n" * 120 + ".jpg", f"uploads/{'n' * 96}.jpg"),
    ],
)
def test_the_files_name_can_be_kept(
    photo: Page, stored: Callable[[str], Any], tmp_path: Path, name: str, key: str
) -> None:
    made = noise(tmp_path / "made.jpg", seed=sum(map(ord, name)))
    choose(photo, made.rename(tmp_path / name))
    photo.get_by_label("Keep the names of the files").check()
    upload(photo)
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")
    assert keys(photo) == {name: key}
    assert stored(key)[1] == (tmp_path / name).read_bytes()


@pytest.mark.usefixtures("failing_requests")
def test_a_name_that_is_taken_is_a_sentence_and_another_try_can_do_without(
    photo: Page, stored: Callable[[str], Any], tmp_path: Path
) -> None:
    paths = [tmp_path / folder / "twice.png" for folder in ("first", "second")]
    for seed, path in enumerate(paths):
        path.parent.mkdir()
        noise(path, seed=seed)
    first, second = (path.read_bytes() for path in paths)
    photo.get_by_label("Keep the names of the files").check()
    choose(photo, paths[0])
    upload(photo)
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")
    choose(photo, paths[1])
    upload(photo)
    item = chosen(photo, "twice.png")
    expect(item).to_contain_text("There is a photo 'twice.png' already")
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded. 1 photo with a problem: see the list.")
    assert stored("uploads/twice.png")[1] == first
    photo.get_by_label("Keep the names of the files").uncheck()
    item.get_by_role("button", name="Try again: twice.png").click()
    expect(photo.get_by_role("status")).to_have_text("2 photos uploaded.")
    newest = uploaded(photo).first.get_by_role("code").inner_text()
    assert stored(newest)[1] == second


def test_previews_and_thumbnails_show_the_photo_and_keep_no_file(photo: Page, tmp_path: Path) -> None:
    photo.evaluate("""() => {
        window.open_urls = new Set()
        const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL]
        URL.createObjectURL = file => { const url = create(file); open_urls.add(url); return url }
        URL.revokeObjectURL = url => { revoke(url); open_urls.delete(url) }
    }""")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    choose(photo, noise(tmp_path / "a.png"), broken)
    shown = "item => { const image = item.querySelector('img'); return image.complete && image.naturalWidth }"
    photo.wait_for_function(f"() => ({shown})(document.querySelector('#chosen li'))")
    assert chosen(photo, "a.png").evaluate(shown) == 64
    expect(chosen(photo, "broken.jpg").locator("img")).to_have_attribute("src", "icon.svg")
    photo.wait_for_function("() => open_urls.size === 0")
    chosen(photo, "broken.jpg").get_by_role("button", name="Remove").click()
    upload(photo)
    expect(uploaded(photo)).to_have_count(1)
    assert uploaded(photo).first.evaluate(shown) == 64


def test_removed_photos_stay_here(photo: Page, tmp_path: Path) -> None:
    choose(photo, *(noise(tmp_path / f"{name}.png", seed=ord(name)) for name in "abc"))
    photo.get_by_role("button", name="Remove b.png").click()
    expect(photo.get_by_role("button", name="Remove c.png")).to_be_focused()
    photo.get_by_role("button", name="Remove c.png").click()
    expect(photo.get_by_label("Choose photos")).to_be_focused()
    upload(photo)
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")
    assert keys(photo).keys() == {"a.png"}


def test_it_can_be_used_with_the_keyboard_alone(photo: Page, stored: Callable[[str], Any], tmp_path: Path) -> None:
    path = noise(tmp_path / "no-mouse.png")
    photo.on("filechooser", lambda _: None)  # has the browser leave choosing to us, before the key is pressed
    photo.keyboard.press("Tab")
    expect(photo.get_by_label("Choose photos")).to_be_focused()
    with photo.expect_file_chooser() as chooser:
        photo.keyboard.press("Space")
    chooser.value.set_files(path)
    photo.keyboard.press("Tab")
    expect(photo.get_by_role("button", name="Remove no-mouse.png")).to_be_focused()
    photo.keyboard.press("Tab")
    photo.keyboard.press("Space")
    expect(photo.get_by_label("Keep the names of the files")).to_be_checked()
    photo.keyboard.press("Tab")
    photo.keyboard.press("Enter")
    expect(photo.get_by_role("status")).to_have_text("1 photo uploaded.")
    assert stored("uploads/no-mouse.png") == ("image/png", path.read_bytes())
