"""The command line, as a person meets it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from localdev.cli import cli
from localdev.emulator import Emulator
from localdev.errors import PortTaken


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localdev", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command_and_imports_next_to_nothing() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("start", "stop", "status", "logs", "reset"):
        assert f"  {command} " in done.stdout
    loaded = subprocess.run(
        [sys.executable, "-c", "import localdev.cli, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"localstack", "boto3", "http.client", "localdev.emulator", "deployer"} & set(loaded)


@pytest.mark.parametrize("arguments", [["start", "--port", "99999"], ["nonsense"], ["start", "--nonsense"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    command = "python -m localdev start" if "start" in arguments else "python -m localdev"
    assert done.stderr.endswith(f"\nhint: see: {command} --help\n")


def test_when_nothing_runs(tmp_path: Path) -> None:
    stop, status, logs, reset = (run(command, "--dir", tmp_path) for command in ("stop", "status", "logs", "reset"))
    assert (stop.returncode, stop.stdout, stop.stderr) == (0, "not running\n", "")
    assert (status.returncode, status.stdout, status.stderr) == (1, "not running\n", "")
    assert (reset.returncode, reset.stdout) == (1, "")
    assert (
        reset.stderr == f"error: no emulator of {tmp_path} runs\nhint: run: python -m localdev start --dir {tmp_path}\n"
    )
    assert (logs.returncode, logs.stdout) == (1, "")
    assert (
        logs.stderr
        == f"error: no log at {tmp_path}/localstack.log\nhint: run: python -m localdev start --dir {tmp_path}\n"
    )


def test_an_error_is_one_line_and_a_hint(tmp_path: Path, free_port: Callable[[], int]) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = run("start", "--dir", tmp_path, "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    error, hint = done.stderr.splitlines()
    assert error == f"error: cannot listen on port {port}: Address already in use"
    assert hint == "hint: stop the other program or choose another --port"


def test_a_folder_that_cannot_be_written_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("start", "--dir", tmp_path / "file" / "below")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def bucket(url: str, account: str, name: str = "") -> Any:
    s3 = boto3.resource(
        "s3", endpoint_url=url, aws_access_key_id=account, aws_secret_access_key="test", region_name="us-east-1"
    )
    return s3.Bucket(name or account)


@pytest.mark.emulator
def test_from_start_to_stop(tmp_path: Path, free_port: Callable[[], int], until: Callable[..., Any]) -> None:
    where = ("--dir", tmp_path, "--port", free_port())
    url = f"http://127.0.0.1:{where[-1]}"
    try:
        start = run("start", *where)
        assert start.returncode == 0, start.stderr
        assert start.stdout.startswith(f"LocalStack 4.13.1 answers at {url} (")
        again = run("start", *where)
        assert (again.returncode, again.stdout) == (0, f"LocalStack 4.13.1 answers at {url} (already running)\n")
        status = json.loads(run("status", *where, "--json").stdout)
        assert (status["running"], status["ready"], status["version"], status["url"]) == (True, True, "4.13.1", url)
        told = run("status", *where).stdout.splitlines()
        assert told[0] == f"LocalStack 4.13.1 answers at {url} (pid {status['pid']})"
        assert told[1].startswith("up for ")
        assert told[2].endswith(" in 0 processes of 0 functions")
        assert told[3] == f"console: {url}/_localdev/"
        until(lambda: "Ready." in run("logs", *where).stdout)  # LocalStack says so once it has seen itself answer
        for account in ("000000000001", "000000000002", "000000000003"):
            bucket(url, account).create()
        assert run("reset", *where, "--account", "000000000002").stdout == "reset 000000000002\n"
        assert run("reset", *where).stdout == "reset 000000000001, 000000000003\n"
        bucket(url, "000000000004", name="000000000003").create()  # names are everyone's
        nonsense = run("reset", *where, "--account", "me")
        assert (nonsense.returncode, nonsense.stdout) == (1, "")
        assert nonsense.stderr.startswith("error: 'me' is no account: it has 12 digits\nhint: ")
    finally:
        stop = run("stop", *where)
    assert (stop.returncode, stop.stdout) == (0, "stopped\n")
    assert run("status", *where, "--json").returncode == 1


@pytest.mark.emulator
class TestPort:
    @pytest.mark.parametrize("command", ["stop", "status", "reset", "expire", "logs", "fire rule"])
    def test_one_that_is_not_the_folders(
        self, emulator: Emulator, free_port: Callable[[], int], tmp_path: Path, command: str
    ) -> None:
        def refused(root: Path, port: int) -> str:
            error = CliRunner().invoke(cli, [*command.split(), "--dir", str(root), "--port", str(port)]).exception
            assert isinstance(error, PortTaken)
            return str(error)

        free = free_port()
        assert (
            refused(emulator.root, free) == f"the emulator of {emulator.root} runs on port {emulator.port}, not {free}"
        )
        assert refused(tmp_path, emulator.port) == (
            f"an emulator answers on port {emulator.port}, but not that of {tmp_path}, which does not run"
        )
        assert emulator.status().ready

    @pytest.mark.parametrize("port", [True, False])
    def test_its_own(self, emulator: Emulator, port: bool) -> None:
        where = ["--dir", str(emulator.root), *(["--port", str(emulator.port)] if port else [])]
        for command in ("start", "status"):
            done = CliRunner().invoke(cli, [command, *where])
            assert done.exit_code == 0
            assert f" answers at {emulator.endpoint_url} (" in done.stdout

    def test_one_where_nothing_answers(self, tmp_path: Path, free_port: Callable[[], int]) -> None:
        done = CliRunner().invoke(cli, ["stop", "--dir", str(tmp_path), "--port", str(free_port())])
        assert (done.exit_code, done.stdout) == (0, "not running\n")


@pytest.mark.emulator
def test_logs_are_followed(emulator: Emulator, client: Any) -> None:
    follower = subprocess.Popen(
        [sys.executable, "-m", "localdev", "logs", "--follow", "--dir", emulator.root],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout is not None
    assert follower.stdout.readline()
    client("s3").create_bucket(Bucket="followed")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{emulator.endpoint_url}/a-bucket-nobody-made")
    assert any("GetObject" in line or "ListObjects" in line for line in follower.stdout)
    follower.send_signal(signal.SIGINT)
    follower.communicate()
    assert follower.returncode == 130


@pytest.mark.emulator
def test_a_strict_emulator_says_so(tmp_path: Path, free_port: Callable[[], int]) -> None:
    where = ("--dir", tmp_path, "--port", free_port())
    try:
        start = run("start", "--strict", *where)
        assert start.stdout.startswith("LocalStack 4.13.1, strict, answers at http"), start.stderr
        assert run("status", *where).stdout.startswith("LocalStack 4.13.1, strict, answers at http")
        assert json.loads(run("status", *where, "--json").stdout)["strict"] is True
        otherwise = run("start", *where)
        assert (otherwise.returncode, otherwise.stdout) == (1, "")
        error, hint = otherwise.stderr.splitlines()
        assert error == f"error: the emulator of {tmp_path} runs already, and is strict"
        assert hint == "hint: stop it first, or add --strict"
    finally:
        run("stop", *where)
