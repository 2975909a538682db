"""From nothing to a working API and back, and what is shown on the way."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusal import CONFIG, refused
from tests.cli.terminal import in_terminal, screen
from tests.conftest import Stack, StackMaker, command, deploy
from tests.launcher import environment, played_by
from tests.plans import first
from tests.proxy import Answer, Call, Forward, all_well, proxying

EXAMPLE = 'it\'s "quoted" $HOME `date` \\ %s'
WITH_EXAMPLE = CONFIG.replace(
    "POST /generate: generator",
    "POST /generate:\n          function: generator\n          example: '" + EXAMPLE.replace("'", "''") + "'",
)
ECHO = """\
def handler(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": event["body"]}
"""
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# For machines that have no curl: just what the printed line uses.
CURL = """\
import argparse, sys, urllib.request
parser = argparse.ArgumentParser()
parser.add_argument("-X"), parser.add_argument("-H"), parser.add_argument("-d"), parser.add_argument("url")
given = parser.parse_args()
request = urllib.request.Request(given.url, given.d.encode(), dict([given.H.split(": ")]), method=given.X)
sys.stdout.write(urllib.request.urlopen(request).read().decode())
"""

Left = Callable[[str], list[str]]


@pytest.fixture
def shop(project: Path, stack: StackMaker) -> Stack:
    return stack(project / "config.yaml")


def prefix(stack: Stack) -> str:
    return f"shop-{stack.stage}-"


def test_the_second_up_makes_no_writing_call(shop: Stack) -> None:
    """Counted by what passes a proxy, and by the deployer itself."""
    with proxying(shop.endpoint_url) as (url, proxy):
        seen = replace(shop, endpoint_url=url)
        first = seen.json("up")
        assert first["calls"] == {"reading": len(proxy.reading), "writing": len(proxy.writing)}
        assert len(proxy.writing) >= len(first["changes"])

        proxy.play(all_well)
        second = seen.json("up")
        assert proxy.writing == []
        assert second["calls"] == {"reading": len(proxy.calls), "writing": 0}
        assert second["changes"] == []
        assert second["outputs"] == first["outputs"]

        for name in ("plan", "outputs"):
            seen.json(name)
        assert proxy.writing == []


def test_plan_says_what_up_then_does(shop: Stack) -> None:
    assert shop.run("plan", "--check").returncode == 3
    planned = shop.json("plan")["changes"]
    done = shop.json("up")
    assert {(each["id"], each["action"]) for each in done["changes"]} == {(each["id"], "create") for each in planned}
    assert {each["result"] for each in done["changes"]} == {"done"}
    assert shop.run("plan", "--check").returncode == 0
    assert shop.json("outputs")["outputs"] == done["outputs"]


def test_down_leaves_nothing(shop: Stack, left: Left, client: Callable[[str], Any]) -> None:
    """Not even a log group that late lines of a function would bring back."""
    function = shop.json("up")["outputs"]["qr"]["functions.generator.name"]
    assert len(left(prefix(shop))) == len(["bucket", "role", "function", "log group", "API"])
    client("lambda").invoke(FunctionName=function, Payload=b"{}")
    gone = shop.json("down")
    assert {each["result"] for each in gone["changes"]} == {"done"}
    assert gone["outputs"] == {}
    assert left(prefix(shop)) == []  # which late lines are written before
    assert shop.json("down")["changes"] == []


def test_down_empties_a_bucket_of_versions_and_delete_markers(
    shop: Stack, left: Left, client: Callable[[str], Any]
) -> None:
    s3 = client("s3")
    bucket = shop.json("up")["outputs"]["qr"]["buckets.images.name"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "a", "b/c", "grüße + 100 %.png", " & <x>", "漢字"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for key in ("a", "b/c", "never there"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key="a", Body=b"the null version")
    shop.json("down")
    assert left(prefix(shop)) == []


def test_stages_whose_names_start_alike_do_not_see_each_other(
    project: Path, stack: StackMaker, left: Left, shop: Stack
) -> None:
    """The app is called qr: even whole names of one stage start with the other's prefix."""
    shop.json("up")
    ours = set(left(prefix(shop)))
    others = [stack(project / "config.yaml", f"{shop.stage}{more}") for more in ("-qr", "x")]
    for each in others:
        each.json("up")
    for each in (shop, *others):
        assert each.json("plan")["changes"] == []
    theirs = {name for each in others for name in left(prefix(each))} - ours
    shop.json("down")
    assert set(left(f"shop-{shop.stage}")) == theirs
    for each in others:
        assert each.json("plan")["changes"] == []


def test_a_function_that_is_no_longer_declared_goes(shop: Stack, left: Left) -> None:
    shop.json("up")
    shop.config.write_text(CONFIG.partition("    functions:")[0])
    changes = {each["id"]: each["action"] for each in shop.json("up")["changes"]}
    assert set(changes.values()) == {"delete"}
    assert [name for name in left(prefix(shop)) if "-images-" not in name] == []


def test_what_others_made_under_our_name_is_left_alone(shop: Stack, left: Left, client: Callable[[str], Any]) -> None:
    group = f"/aws/lambda/{prefix(shop)}qr-generator"
    client("logs").create_log_group(logGroupName=group)
    try:
        refused(
            shop.config.parent,
            *("up", *shop.options),
            code=1,
            says=f"{group}' exists already and was not made by this tool",
            hint="rename",
        )
        assert left(prefix(shop)) == [group]
        shop.json("down")
        assert left(prefix(shop)) == [group]
    finally:
        client("logs").delete_log_group(logGroupName=group)


HOSTILE = {
    "settings of AWS": {
        "AWS_PROFILE": "nosuch",
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    },
    "a proxy": {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "NO_PROXY": "", "no_proxy": ""},
}


@pytest.mark.parametrize("variables", HOSTILE.values(), ids=HOSTILE)
def test_the_shells_settings_do_not_reach_the_emulator(shop: Stack, variables: dict[str, str]) -> None:
    done = shop.run("up", "--json", env=environment(**variables))
    assert "Traceback" not in done.stderr, done.stderr.splitlines()[-1]
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_deleted_on_aws_without_a_yes(shop: Stack, left: Left) -> None:
    """The emulator stands for AWS: what is asked for is --target aws, and only its address is another."""
    shop.json("up")
    before = left(prefix(shop))
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    env = environment(**played_by(shop.endpoint_url), **keys)
    down = ("down", "--target", "aws", "--stage", shop.stage)
    refused(shop.config.parent, *down, code=2, says="6 resources would be deleted", hint="--yes", env=env)
    assert left(prefix(shop)) == before

    done = deploy(*down, "--yes", env=env, cwd=shop.config.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert left(prefix(shop)) == []


def test_nothing_is_made_while_a_part_of_it_would_go_elsewhere(
    shop: Stack, left: Left, client: Callable[[str], Any]
) -> None:
    """Here it is the service that is written to after all others."""
    variables = {**played_by(shop.endpoint_url), "AWS_ENDPOINT_URL_API_GATEWAY": "http://localhost:1"}
    env = environment(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", **variables)
    up = ("up", "--target", "aws", "--stage", shop.stage)
    says = "AWS_ENDPOINT_URL_API_GATEWAY leads to localhost:1, which is not AWS"
    refused(shop.config.parent, *up, code=2, says=says, env=env)
    assert left(prefix(shop)) == []


# What is shown.


@pytest.fixture
def echo(project: Path, stack: StackMaker) -> Stack:
    """A function that answers what it was sent, and an example that a shell could misread."""
    (project / "code" / "app.py").write_text(ECHO)
    (project / "config.yaml").write_text(WITH_EXAMPLE)
    return stack(project / "config.yaml")


def paste(line: str, folder: Path) -> str:
    """What a shell prints for a line."""
    env = environment()
    if shutil.which("curl") is None:
        curl = folder / "curl"
        curl.write_text(f"#!{sys.executable}\n{CURL}")
        curl.chmod(0o755)
        env["PATH"] = f"{folder}:{env['PATH']}"
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, encoding="utf-8", env=env, timeout=60, check=True
    ).stdout


def test_piped_output_is_plain_lines_that_end_with_a_line_to_paste(echo: Stack, tmp_path: Path) -> None:
    done = echo.run("up", env=environment(TERM="xterm-256color"))
    assert (done.returncode, done.stderr) == (0, "")
    assert not set("\x1b\r\b") & set(done.stdout)
    lines = done.stdout.splitlines()
    assert any(re.fullmatch(r"  \+ qr\.bucket\.images +created +\d+\.\d s", line) for line in lines), done.stdout
    assert any(re.fullmatch(r"  qr\.api\.url +http://\S+", line) for line in lines), done.stdout
    assert paste(lines[-1], tmp_path) == EXAMPLE

    again = echo.run("up").stdout.splitlines()
    assert re.fullmatch(r"nothing to do: everything is as configured \(\d+\.\d s, \d+ calls\)", again[0])
    assert again[-1] == lines[-1]


def _moments(shown: str) -> set[str]:
    """For how many seconds, as it says at different times, the function is being made."""
    going = re.compile(r"qr\.function\.generator .*?(\d+\.\d) s")
    frames = [ESCAPE.sub("", frame) for frame in re.split(r"\x1b\[\d*[AK]|\r", shown)]
    return {found[1] for frame in frames if (found := going.search(frame))}


def test_in_a_terminal_progress_is_live_and_ends_with_a_line_to_paste(echo: Stack, tmp_path: Path) -> None:
    seen = threading.Event()

    def hold(_: Call, forward: Forward) -> Answer:
        seen.wait(50)  # seconds; after 60 its sender would try again
        return forward()

    with proxying(echo.endpoint_url) as (url, proxy):
        proxy.play(first(1, "lambda.CreateFunction", hold))
        up = command("up", *replace(echo, endpoint_url=url).options)
        code, shown = in_terminal(up, look=lambda shown: len(_moments(shown)) > 2 and seen.set())
        assert code == 0, shown
        stays = screen(shown)
        *_, line, end = stays
        assert (shlex.split(line)[0], end) == ("curl", "")
        assert paste(line, tmp_path) == EXAMPLE
    assert len(_moments(shown)) > 2, shown
    done = [line for line in stays[:6] if re.fullmatch(r"  \+ qr\.\w+\.\w+ +created +\d+\.\d s", line)]
    assert len(done) == 6, stays
    assert stays[6].startswith("6 created in "), stays
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") > 0, "the cursor stays hidden"


def test_a_terminal_that_can_do_nothing_gets_plain_lines(echo: Stack) -> None:
    process = command("up", *echo.options)
    code, shown = in_terminal(["env", "TERM=dumb", *process])
    assert code == 0
    assert "\x1b" not in shown
