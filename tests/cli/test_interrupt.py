"""Ctrl-C and kill at many moments: the next 'up' finishes, the next 'down' leaves nothing.

A proxy between the deployer and the emulator picks the moment: when the n-th call is done, and its answer not
yet received.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.terminal import in_terminal
from tests.conftest import Stack, StackMaker, command, deploy
from tests.launcher import LIMIT, Ended, environment, played_by
from tests.plans import at, at_write
from tests.proxy import proxying, strike

AGAIN = "running the same command again continues"

Left = Callable[[str], list[str]]


@pytest.fixture
def shop(project: Path, stack: StackMaker) -> Stack:
    return stack(project / "config.yaml")


def signalled(stack: Stack, name: str, number: signal.Signals, nth: int, *options: str, writing: bool = True) -> Ended:
    """Run a command, and signal its whole process group, as a terminal does, at its n-th call."""
    started: Future[int] = Future()
    with proxying(stack.endpoint_url) as (url, proxy):
        proxy.play((at_write if writing else at)(nth, strike(started.result, number, answered=True)))
        process = subprocess.Popen(
            command(name, *replace(stack, endpoint_url=url).options, *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment(),
            start_new_session=True,
        )
        started.set_result(process.pid)
        out, err = process.communicate(timeout=LIMIT)
        assert len(proxy.writing if writing else proxy.calls) >= nth, "it ended before its turn"
    return Ended(process.args, process.returncode, out, err)


def finishes(stack: Stack, left: Left) -> None:
    """Whatever happened, 'up' makes all of it and 'down' leaves nothing."""
    up = stack.json("up")
    assert {change["result"] for change in up["changes"]} <= {"done"}
    assert stack.json("plan")["changes"] == []
    assert len(left(f"shop-{stack.stage}-")) == len(["bucket", "role", "function", "log group", "API"])
    gone(stack, left)


def gone(stack: Stack, left: Left) -> None:
    stack.json("down")
    assert left(f"shop-{stack.stage}-") == []


@pytest.mark.parametrize("at", [1, 5, 9])
def test_interrupted_up(shop: Stack, left: Left, at: int) -> None:
    ended = signalled(shop, "up", signal.SIGINT, at)
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == 130, ended.stderr
    assert AGAIN in ended.stderr
    assert "interrupted" in ended.stderr
    finishes(shop, left)


def test_interrupted_while_it_looks(shop: Stack, left: Left) -> None:
    ended = signalled(shop, "up", signal.SIGINT, 4, writing=False)
    assert "Traceback" not in ended.stderr, ended.stderr
    assert (ended.returncode, ended.stdout) == (130, ""), ended.stderr
    assert AGAIN in ended.stderr
    assert left(f"shop-{shop.stage}-") == []


def test_interrupted_for_a_program(shop: Stack, left: Left) -> None:
    ended = signalled(shop, "up", signal.SIGINT, 2, "--json")
    assert ended.returncode == 130, ended.stderr
    assert (ended.json["error"]["type"], AGAIN in ended.json["error"]["message"]) == ("Interrupted", True)
    ends = {change["result"] for change in ended.json["changes"]}
    assert "interrupted" in ends
    assert ends <= {"done", "interrupted"}
    finishes(shop, left)


@pytest.mark.parametrize("at", [1, 3, 6, 9])
def test_killed_up(shop: Stack, left: Left, at: int) -> None:
    assert signalled(shop, "up", signal.SIGKILL, at).returncode == -signal.SIGKILL
    finishes(shop, left)


@pytest.mark.parametrize("at", [2, 7])
def test_killed_up_then_down(shop: Stack, left: Left, at: int) -> None:
    signalled(shop, "up", signal.SIGKILL, at)
    gone(shop, left)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["Ctrl-C", "kill"])
def test_interrupted_down(shop: Stack, left: Left, number: signal.Signals, code: int) -> None:
    shop.json("up")
    ended = signalled(shop, "down", number, 2)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    if code == 130:
        assert AGAIN in ended.stderr
    gone(shop, left)


def test_a_killed_update_is_finished(shop: Stack, left: Left) -> None:
    shop.json("up")
    shop.config.write_text(shop.config.read_text().replace("source: code", "source: code\n        memory: 512"))
    (shop.config.parent / "code" / "app.py").write_text("def handler(event, context):\n    return 'new'\n")
    signalled(shop, "up", signal.SIGKILL, 1)
    up = shop.json("up")
    assert [change["id"] for change in up["changes"]] == ["qr.function.generator"], json.dumps(up["changes"])
    gone(shop, left)


@pytest.mark.parametrize("module", ["click", "pydantic", "boto3"])
def test_interrupted_while_it_imports(project: Path, tmp_path: Path, module: str) -> None:
    """The first tenth of a second, which an impatient Ctrl-C falls into."""
    (tmp_path / f"{module}.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    env = environment(PYTHONPATH=str(tmp_path))
    up = command("up", "--endpoint-url", "http://127.0.0.1:1")
    ended = subprocess.run(up, cwd=project, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert "Traceback" not in ended.stderr, ended.stderr.splitlines()[-1]
    assert (ended.returncode, ended.stdout) == (130, ""), ended.stderr
    assert AGAIN in ended.stderr


def test_interrupted_at_the_question(shop: Stack) -> None:
    """In a terminal, where the Ctrl-C is a character."""
    aws = {**played_by(shop.endpoint_url), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    options = ["--config", str(shop.config), "--stage", shop.stage, "--target", "aws"]
    assert deploy("up", *options, env=environment(**aws)).returncode == 0
    code, said = in_terminal(command("down", *options), "[y/N]", "\x03", **aws)
    assert code == 130, said
    assert said.splitlines()[-1] == f"error: interrupted: {AGAIN}"
    assert "Traceback" not in said
    assert shop.json("plan")["changes"] == [], "nothing was deleted"
