"""From a saved handler to the new answer at the API's URL: with ``watch`` running, beside ``up`` by hand."""

import http.client
import json
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from bench import emulators
from bench.deployments import options, zipped
from bench.processes import ROOT, SHOWN_LINES, StepFailed, environment, python
from bench.report import Aim, at_most, listed, table
from tests.proxy import Proxy, proxying

REPEATS = 5
SECONDS_AIM, CALLS_AIM = 1, 4
MESSAGE = "QR code generated"  # what functions/qr answers, and what is edited
PAUSE = 0.01  # seconds between two looks
ASKING = 0.05  # seconds between two questions: each keeps the emulator busy, and makes the answer come later
QUIET = 2  # seconds without a call, after which none is expected any more
PATIENCE = 60  # seconds


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """Medians, {"up": {"seconds", "first call", "last call", "calls", "sent"}, "watch": likewise}.

    The first three count seconds from the moment of saving; "sent" is {operation: calls} of the last edit. The first
    edit of each does not count.
    """
    with (
        TemporaryDirectory() as folder,
        emulators.emulator() as emulator,
        proxying(emulator.endpoint_url) as (url, proxy),
    ):
        project = Path(folder)
        for name in ("functions", "sites"):
            shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        configuration = shutil.copy(ROOT / "config.yaml", project)
        zipped(emulator.endpoint_url)  # its requirements are installed now
        shutil.copytree(ROOT / ".cache" / "packages", project / ".cache" / "packages")
        handler = project / "functions" / "qr" / "app.py"
        arguments = options(url, "qr", "--config", configuration)
        api = python("deploy.py", "up", *arguments).json()["outputs"]["qr"]["api.url"]
        ask = _question(api.replace(url, emulator.endpoint_url))

        tell("edits, and up after each")
        with_up = _edits(handler, proxy, ask, lambda: python("deploy.py", "up", *arguments))
        tell("edits, while watch runs")
        with _watching(proxy, project / "watch.log", arguments):
            with_watch = _edits(handler, proxy, ask, lambda: None)
        return {"watch": with_watch, "up": with_up}


def _edits(handler: Path, proxy: Proxy, ask: Callable[[], str], deploy: Callable[[], object]) -> dict[str, Any]:
    measured: dict[str, list[float]] = defaultdict(list)
    message = ask()
    for _ in range(REPEATS + 1):
        proxy.play(proxy.plan)  # calls count from nothing
        text = handler.read_text(encoding="utf-8")
        edited = f"{message}!"
        began = time.monotonic()
        handler.write_text(text.replace(f'message="{message}"', f'message="{edited}"'), encoding="utf-8")
        deploy()
        while ask() != edited:
            if time.monotonic() - began > PATIENCE:
                raise StepFailed(f"the answer is still '{message}' {PATIENCE} s after the handler was saved")
            time.sleep(ASKING)
        measured["seconds"].append(time.monotonic() - began)
        _quiet(proxy)
        measured["first call"].append(min(call.started for call in proxy.calls) - began)
        measured["last call"].append(max(call.ended for call in proxy.calls) - began)
        measured["calls"].append(len(proxy.calls))
        message = edited
    medians = {name: round(median(each[1:]), 3) for name, each in measured.items()}
    return {**medians, "sent": dict(Counter(call.name for call in proxy.calls))}


def _question(url: str) -> Callable[[], str]:
    """Gives the message of the next answer; empty when it is none of the handler's."""
    address = urlsplit(url)
    body = json.dumps({"text": "Hello"})

    def ask() -> str:
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
        try:
            connection.request("POST", f"{address.path}/generate", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return str(json.loads(content)["message"]) if response.status == 200 else ""

    return ask


@contextmanager
def _watching(proxy: Proxy, log: Path, arguments: Iterable[str | Path]) -> Iterator[None]:
    """While this runs ``watch`` does, once it has said something and sends no more calls.

    Raises:
        StepFailed: it ended by itself.
    """
    with log.open("wb") as output:
        command = [sys.executable, "deploy.py", "watch", *(each for each in arguments if each != "--json")]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while not log.read_bytes() and process.poll() is None:
            time.sleep(PAUSE)
        _quiet(proxy)
        if process.poll() is not None:
            raise StepFailed("\n".join(["deploy.py watch ended:", *log.read_text().splitlines()[-SHOWN_LINES:]]))
        yield
    finally:
        process.terminate()
        process.wait()


def _quiet(proxy: Proxy) -> None:
    """Returns when no call has been sent for a while."""
    before, since = -1, 0.0
    while time.monotonic() - since < QUIET:
        if len(proxy.calls) != before:
            before, since = len(proxy.calls), time.monotonic()
        time.sleep(PAUSE)


def section(found: dict[str, Any]) -> str:
    times = ("seconds", "first call", "last call")
    rows = (
        (f"`{name}`", *(f"{found[name][each]:.2f} s" for each in times), f"{found[name]['calls']:.0f}")
        for name in ("watch", "up")
    )
    return (
        f"## An edit of the QR function's code, {REPEATS} times\n\n"
        "From the saved file to the new answer at the API's URL; `up` is begun as soon as the file is saved.\n\n"
        + table(("with", "the new answer after", "first call after", "last call ended after", "calls"), rows)
    )


def aims(found: dict[str, Any]) -> list[Aim]:
    watch = found["watch"]
    reason = (
        f"its first call comes after {watch['first call']:.2f} s, its last one ends after {watch['last call']:.2f} s"
    )
    return [
        at_most("an edit while `watch` runs, to the new answer", watch["seconds"], SECONDS_AIM, "{:.2f} s", reason),
        at_most("an edit while `watch` runs: calls", watch["calls"], CALLS_AIM, "{:.0f}", listed(watch["sent"])),
    ]
