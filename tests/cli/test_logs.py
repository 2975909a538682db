"""'logs' as a stranger runs it: on an emulator with two functions that talk."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.refusal import check_words, refused
from tests.conftest import Stack, StackMaker, command
from tests.launcher import LIMIT, environment

CONFIG = """\
project: talk
region: us-east-1
apps:
  shop:
    functions:
      till: {source: code}
      door: {source: code}
"""
CODE = """\
import logging
logging.getLogger().setLevel("INFO")

def handler(event, context):
    print(event["word"])
    logging.info("one\\n  two")
    return event
"""


@pytest.fixture(scope="module")
def talk(session_stack: StackMaker, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder = tmp_path_factory.mktemp("talk")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "config.yaml").write_text(CONFIG)
    stack = session_stack(folder / "config.yaml")
    stack.json("up")
    say(stack, "till", "hello")
    say(stack, "door", "welcome")
    return stack


def say(stack: Stack, function: str, word: str) -> None:
    assert stack.run("invoke", f"shop.{function}", "--data", json.dumps({"word": word})).returncode == 0


@pytest.fixture
def following(talk: Stack, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    arguments = getattr(request, "param", [])
    process = subprocess.Popen(
        command("logs", "-f", *talk.options, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    yield process
    process.kill()
    process.communicate()


def test_lines_of_all_functions_by_time(talk: Stack) -> None:
    done = talk.run("logs")
    assert done.returncode == 0
    # At midnight, which the run may fall into, there is a line for the day.
    first, *others = [line for line in done.stdout.splitlines() if not re.fullmatch(r"\d{4}-\d\d-\d\d", line)]
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}Z  shop\.till  [0-9a-f]{8}  hello", first)
    margin = len(first) - len("hello")
    said = [line[margin:] for line in (first, *others)]
    assert [word for word in said if word in ("hello", "welcome")] == ["hello", "welcome"]
    assert sum(bool(re.fullmatch(r"── [\d.]+ ms, \d+ of 128 MB, init [\d.]+ ms", word)) for word in said) == 2
    assert said.count("[INFO] one") == 2
    assert "START" not in done.stdout
    assert "\x1b" not in done.stdout


def test_one_function_as_json(talk: Stack) -> None:
    events = talk.json("logs", "shop.door")["events"]
    assert {event["function"] for event in events} == {"shop.door"}
    assert len({event["request_id"] for event in events}) == 1
    said = [event["message"].split(" ")[0].strip() for event in events]
    assert (said[:2], said[-2:]) == (["START", "welcome"], ["END", "REPORT"])
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"]) for event in events)


def test_following_shows_what_comes_and_ends_with_ctrl_c(talk: Stack, following: subprocess.Popen[str]) -> None:
    assert following.stdout
    assert any("welcome" in line for line in following.stdout)
    say(talk, "till", "again")
    assert any("again" in line for line in following.stdout)
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=LIMIT)
    assert (following.returncode, err) == (130, "")


@pytest.mark.parametrize("following", [["--json", "shop.door"]], indirect=True)
def test_following_as_json_is_a_line_an_event(talk: Stack, following: subprocess.Popen[str]) -> None:
    assert following.stdout
    start = json.loads(following.stdout.readline())
    assert start["message"].startswith("START ")
    assert start["function"] == "shop.door"


def test_following_ends_when_nobody_reads(talk: Stack, following: subprocess.Popen[str]) -> None:
    assert following.stdout
    following.stdout.readline()
    following.stdout.close()
    say(talk, "till", "to nobody")
    assert following.wait(timeout=LIMIT) == 0
    assert following.stderr
    assert following.stderr.read() == ""


def test_nothing_was_logged_lately(talk: Stack) -> None:
    done = talk.run("logs", "--since", "0s")
    assert (done.returncode, done.stdout) == (0, "nothing was logged in the last 0s\n")
    assert talk.json("logs", "--since", "0s") == {"events": []}


def test_what_is_not_deployed(talk: Stack, stack: StackMaker) -> None:
    other = stack(talk.config)
    done = other.run("logs")
    assert done.returncode == 0
    assert done.stdout.startswith("nothing is deployed: run: python deploy.py up")
    check_words(other.run("logs", "shop.till"), code=1, says="shop.till is not deployed", hint="run: .* up")


def test_a_function_that_is_no_python_any_more_still_has_logs(talk: Stack) -> None:
    file = talk.config.parent / "code" / "app.py"
    file.write_text("def handler(:")
    try:
        assert "hello" in talk.run("logs").stdout
    finally:
        file.write_text(CODE)


def test_what_is_refused(project: Path) -> None:
    refused(
        project, "logs", "qr.generatr", code=2, says="no function 'qr.generatr'", hint="did you mean 'qr.generator'"
    )
    refused(project, "logs", "qrr", code=2, says="no app 'qrr'", hint="did you mean 'qr'")
    refused(project, "logs", "--since", "soon", code=2, says="'soon' is no length of time", hint="10m")
