"""'watch' as a stranger runs it: files are saved, and what comes of it is read from its lines."""

from __future__ import annotations

import json
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from tests.cli.refusal import refused
from tests.conftest import Stack, StackMaker, command
from tests.launcher import LIMIT, environment
from tests.proxy import Proxy, all_well, proxying

CONFIG = """\
project: live
region: us-east-1
apps:
  shop:
    functions:
      till: {source: code}
    site:
      pages: [pages]
"""
CODE = "def handler(event, context):\n    return {answer}\n"


class Watching:
    """A running 'watch'. ``folder`` is the project's."""

    def __init__(self, stack: Stack, proxy: Proxy, *options: str) -> None:
        self.stack, self.proxy, self.folder = stack, proxy, stack.config.parent
        self.process = subprocess.Popen(
            command("watch", *stack.options, *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment(),
        )
        assert self.process.stdout
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=[self.process.stdout])
        self._reader.start()

    def _read(self, out: IO[str]) -> None:
        for line in out:
            self._lines.put(line.rstrip("\n"))

    def line(self) -> str:
        return self._lines.get(timeout=LIMIT)

    def event(self) -> Any:
        return json.loads(self.line())

    def write(self, path: str, text: str) -> None:
        """At one stroke: half a file could be seen, and be a save of its own."""
        unfinished = self.folder / ".unfinished"
        unfinished.write_text(text)
        unfinished.rename(self.folder / path)

    def save(self, path: str, text: str) -> Any:
        """Save a file, and return the event that follows from it."""
        self.proxy.play(all_well)
        self.write(path, text)
        return self.event()

    def answer(self) -> Any:
        return self.stack.json("invoke", "shop.till")["answer"]

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C; what it exits with, and writes to standard error."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=LIMIT)
        assert self.process.stderr
        return self.process.returncode, self.process.stderr.read()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()


@pytest.fixture
def shop(stack: StackMaker, tmp_path: Path) -> Stack:
    for folder in ("code", "pages"):
        (tmp_path / folder).mkdir()
    (tmp_path / "code" / "app.py").write_text(CODE.format(answer=1))
    (tmp_path / "pages" / "index.html").write_text("<h1>one</h1>")
    (tmp_path / "config.yaml").write_text(CONFIG)
    return stack(tmp_path / "config.yaml")


@pytest.fixture
def watch(shop: Stack) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []
    with proxying(shop.endpoint_url) as (url, proxy):

        def start(*options: str) -> Watching:
            started.append(Watching(replace(shop, endpoint_url=url), proxy, *options))
            return started[-1]

        yield start
        for each in started:
            each.close()


def test_what_is_saved_is_live(watch: Callable[..., Watching], client: Callable[[str], Any]) -> None:
    watching = watch("--json")
    up = watching.event()
    assert up["event"] == "up"
    assert {change["result"] for change in up["changes"]} == {"done"}
    assert watching.answer() == 1

    live = watching.save("code/app.py", CODE.format(answer=2))
    assert (live["event"], live["resources"]) == ("live", ["shop.function.till"])
    calls = [call.name for call in watching.proxy.calls]
    assert calls[:2] == ["lambda.GetFunction", "lambda.UpdateFunctionCode"]
    assert set(calls[2:]) == {"lambda.GetFunction"}
    assert live["calls"] == {"reading": len(calls) - 1, "writing": 1}
    assert watching.answer() == 2

    live = watching.save("pages/index.html", "<h1>two</h1>")
    assert (live["event"], live["resources"]) == ("live", ["shop.site.site"])
    assert [call.name for call in watching.proxy.writing] == ["s3.PutObject"]
    bucket = up["outputs"]["shop"]["site.name"]
    assert client("s3").get_object(Bucket=bucket, Key="index.html")["Body"].read() == b"<h1>two</h1>"

    assert watching.interrupt() == (130, "")


def test_what_goes_wrong_is_said_and_watching_goes_on(watch: Callable[..., Watching]) -> None:
    watching = watch("--json")
    watching.event()
    failed = watching.save("code/app.py", "def handler(:")
    assert failed["event"] == "failed"
    assert "code/app.py line 1 is no Python" in failed["error"]["message"]
    assert watching.proxy.calls == []
    assert watching.save("code/app.py", CODE.format(answer=3))["event"] == "live"
    assert watching.answer() == 3

    failed = watching.save("config.yaml", "project: [")
    assert (failed["event"], failed["error"]["type"]) == ("failed", "ConfigError")
    # What is saved meanwhile goes up with the configuration, once it is mended.
    assert watching.save("code/app.py", CODE.format(answer=4))["event"] == "failed"
    up = watching.save("config.yaml", CONFIG.replace("source: code", "source: code, memory: 256"))
    assert [sorted(change["properties"]) for change in up["changes"]] == [["Code", "MemorySize"]]
    assert watching.answer() == 4


def test_what_is_new_in_the_configuration_is_watched_too(watch: Callable[..., Watching]) -> None:
    watching = watch("--json")
    watching.event()
    (watching.folder / "more").mkdir()
    (watching.folder / "more" / "app.py").write_text(CODE.format(answer=1))
    up = watching.save("config.yaml", CONFIG.replace("code}", "code}\n      door: {source: more}"))
    assert "shop.function.door" in [change["id"] for change in up["changes"]]
    live = watching.save("more/app.py", CODE.format(answer=2))
    assert live["resources"] == ["shop.function.door"]


def test_requirements_are_like_an_up(watch: Callable[..., Watching]) -> None:
    watching = watch("--json")
    watching.event()
    up = watching.save("code/requirements.txt", "# none\n")
    assert (up["event"], [change["id"] for change in up["changes"]]) == ("up", ["shop.function.till"])


def test_what_is_gone_comes_back(watch: Callable[..., Watching]) -> None:
    watching = watch("--json")
    watching.event()
    watching.stack.json("down")
    up = watching.save("code/app.py", CODE.format(answer=5))
    assert up["event"] == "up"
    assert watching.answer() == 5


def test_the_lines_for_people(watch: Callable[..., Watching]) -> None:
    watching = watch()
    lines = []
    while not lines or not lines[-1].startswith("watching"):
        lines.append(watching.line())
    assert any(re.search(r"shop\.site\.url +http", line) for line in lines)
    watching.write("code/app.py", CODE.format(answer=6))
    assert re.fullmatch(r"\d\d:\d\d:\d\d shop\.function\.till live in \d+\.\d s", watching.line())
    watching.write("code/app.py", "def handler(:")
    assert re.fullmatch(r"\d\d:\d\d:\d\d \S*config.yaml:\d+: code/app.py line 1 is no Python: .*", watching.line())
    assert watching.interrupt() == (130, "")


def test_what_is_refused(project: Path) -> None:
    refused(project, "watch", "qrr", code=2, says="no app 'qrr'", hint="did you mean 'qr'")
    (project / "config.yaml").write_text("project: [")
    refused(project, "watch", code=2, says="config.yaml")
