"""Makes docs/pictures of the deployed pages: ``python -m tests.system.pages.pictures`` after ``make up``.

Arguments are handed on to ``deploy.py outputs``, such as ``--endpoint-url URL``.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import executable_path
from tests.launcher import ROOT
from tests.system.pages.photos import choose, uploaded

FOLDER = ROOT / "docs" / "pictures"
WINDOW = {"width": 1040, "height": 830}


def qr(page: Page, _: Path) -> None:
    page.get_by_label("Text or link").fill("https://tickets.example.org/e/4711?seat=12A")
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_have_text("Your code is ready.")


def photo(page: Page, folder: Path) -> None:
    skies = {
        "harbour at dawn.jpg": ("#1f3b64", "#f3b58a"),
        "open sea.jpg": ("#7fc4e8", "#1c5d86"),
        "last light.webp": ("#3d2352", "#e8743b"),
        "fog.png": ("#dfe6ea", "#8fa3ad"),
    }
    paths = [sky(folder / name, *colours) for name, colours in skies.items()]
    choose(page, *paths[:2])
    page.get_by_role("button", name="Upload 2 photos").click()
    expect(uploaded(page)).to_have_count(2)
    choose(page, *paths[2:])


def password(page: Page, _: Path) -> None:
    page.get_by_label("Length", exact=True).fill("20")
    page.get_by_label("Name").fill("wifi-guests")
    page.get_by_label("Name").blur()


def sky(path: Path, top: str, bottom: str) -> Path:
    """Write a picture of a sun over water."""
    width, height = 1600, 1200
    image = Image.linear_gradient("L").resize((width, height))
    image = Image.composite(Image.new("RGB", image.size, bottom), Image.new("RGB", image.size, top), image)
    draw = ImageDraw.Draw(image)
    draw.ellipse((1000, 250, 1300, 550), fill="#fff3d6")
    draw.rectangle((0, 800, width, height), fill=bottom)
    image.save(path)
    return path


def main() -> None:
    command = [sys.executable, ROOT / "deploy.py", "outputs", "--json", *sys.argv[1:]]
    outputs = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["outputs"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=executable_path(), args=["--no-sandbox"])
        for show in (qr, photo, password):
            page = browser.new_page(viewport=WINDOW, reduced_motion="reduce")
            page.goto(outputs[show.__name__]["site.url"])
            show(page, Path(folder))
            page.wait_for_load_state("networkidle")
            page.mouse.move(0, 0)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.save(FOLDER / f"{show.__name__}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
