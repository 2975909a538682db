"""A Chromium for the browser tests: ``python -m tests.browser`` gets one where there is none.

Nothing is started to find out whether one is there, so that asking costs nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BUILD = "chromium-headless-shell"  # what Playwright starts when it shall show no window
DOWNLOADS = "https://cdn.playwright.dev"
ANSWER_LIMIT = 5  # seconds the download server may take to answer at all
INSTALL_LIMIT = 600  # seconds for some 100 MB


class NoBrowserError(Exception):
    pass


def executable_path() -> str | None:
    """The Chromium to start: None for Playwright's own. Raises NoBrowserError."""
    if _own() is not None:
        return None
    found = next(filter(None, map(shutil.which, ON_PATH)), None)
    if found is None:
        raise NoBrowserError("there is no Chromium here")
    return found


def _own() -> Path | None:
    """The folder of Playwright's own Chromium, if it is completely there."""
    driver = _playwright() / "driver" / "package"
    browsers = json.loads((driver / "browsers.json").read_text())["browsers"]
    revision = next(browser["revision"] for browser in browsers if browser["name"] == BUILD)
    home = Path.home()
    default = {
        "darwin": home / "Library" / "Caches",
        "win32": Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")),
    }.get(sys.platform, Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache"))
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = driver / ".local-browsers" if given == "0" else Path(given) if given else default / "ms-playwright"
    build = folder / f"{BUILD.replace('-', '_')}-{revision}"
    return build if (build / "INSTALLATION_COMPLETE").exists() else None


def _playwright() -> Path:
    package = find_spec("playwright")
    if package is None or not package.submodule_search_locations:
        raise NoBrowserError("Playwright is not installed")
    return Path(package.submodule_search_locations[0])


def get() -> str | None:
    """Like executable_path, but gets a Chromium first where there is none."""
    for install in (_install_playwrights, _install_debians):
        try:
            return executable_path()
        except NoBrowserError:
            install()
    return executable_path()


def _install_playwrights() -> None:
    try:
        urllib.request.urlopen(os.environ.get("PLAYWRIGHT_DOWNLOAD_HOST", DOWNLOADS), timeout=ANSWER_LIMIT).close()
    except urllib.error.HTTPError:
        pass  # an answer
    except OSError as error:
        print(f"Playwright's Chromium cannot be downloaded: {DOWNLOADS} does not answer ({error})")
        return
    print("installing Playwright's Chromium", flush=True)
    playwright = [sys.executable, "-m", "playwright"]
    if _run([*playwright, "install", "--only-shell", "chromium"]) and (folder := _own()):
        starts = any(_run([file, "--version"]) for file in folder.glob("*/*headless*shell*") if file.is_file())
        if not starts and (root := _as_root()) is not None:
            print("installing the libraries it needs", flush=True)
            _run([*root, *playwright, "install-deps", BUILD])


def _install_debians() -> None:
    root = _as_root()
    if root is None or not shutil.which("apt-get"):
        return
    print("installing Debian's Chromium", flush=True)
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    _run([*apt, "update"])
    _run([*apt, "install", "--yes", "--no-install-recommends", "chromium"])


def _as_root() -> list[str] | None:
    """What to put before a command that only root may run; None when we may not."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    return sudo if shutil.which("sudo") and _quiet([*sudo, "true"]) else None


def _run(command: list[str | Path]) -> bool:
    """Whether a command succeeds; its last words are shown when it does not."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {error}")
        return False
    if done.returncode:
        print(*(f"  {line}" for line in done.stdout.splitlines()[-5:]), sep="\n", flush=True)
    return done.returncode == 0


def _quiet(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    try:
        get()
    except NoBrowserError as error:
        print(f"error: {error}, and none could be installed", file=sys.stderr)
        print("hint: install Chromium or Chrome with your system's package manager", file=sys.stderr)
        sys.exit(1)
