"""Starting and stopping, and everything that can go wrong with it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator
from localdev.errors import OtherMode, PortTaken, StartFailed
from localdev.lock import FolderLock, write_owner
from localdev.process import LOCK, SOCKET
from localdev.settings import localstack_environment

Processes = Callable[[str], list[int]]


@pytest.fixture
def another(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Emulator]:
    """An emulator of this test's own, not started."""
    emulator = Emulator(tmp_path / "another", free_port())
    yield emulator
    emulator.stop()


def cli(emulator: Emulator, command: str, **arguments: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "localdev", command, "--dir", emulator.root, "--port", str(emulator.port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **arguments,
    )


class TestWithoutLocalStack:
    """What is decided before LocalStack is started."""

    def test_stop_when_nothing_runs(self, another: Emulator) -> None:
        assert another.stop() is False
        assert not another.root.exists()

    def test_status_when_nothing_runs(self, another: Emulator) -> None:
        status = another.status()
        assert (status.running, status.ready, status.pid, status.url) == (False, False, None, another.endpoint_url)

    def test_a_taken_port_is_said(self, another: Emulator) -> None:
        with socket.create_server(("127.0.0.1", another.port)), pytest.raises(PortTaken, match=str(another.port)):
            another.start()
        assert not another.status().running

    def test_a_port_taken_on_all_interfaces_is_said(self, another: Emulator) -> None:
        with socket.create_server(("0.0.0.0", another.port)), pytest.raises(PortTaken):
            another.start()

    def test_a_stale_lock_file_means_nothing(self, another: Emulator) -> None:
        """The pid in it belongs to a stranger by now: it must not be taken for ours, let alone killed."""
        with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
            lock = FolderLock(another.root).acquire()
            assert lock is not None
            write_owner(lock, pid=stranger.pid, port=another.port)
            os.close(lock)
            assert not another.status().running
            assert another.stop() is False
            assert stranger.poll() is None
            stranger.kill()

    @pytest.mark.parametrize(
        ("hidden", "missing"),
        [
            (("localstack", "localstack_core-*"), "localstack not installed"),
            (("awslambdaric*",), "awslambdaric not installed"),
            (("skiff-*", "localstack_core-*"), "cannot see localdev's plugin 'process'"),
        ],
    )
    def test_an_incomplete_installation_is_said(
        self, another: Emulator, tmp_path: Path, hidden: tuple[str, ...], missing: str
    ) -> None:
        """With the AWS extra alone, or with entry points that LocalStack cannot see: it would take Docker."""
        reduced = tmp_path / "site-packages"
        reduced.mkdir()
        installed = Path(pytest.__file__).parent.parent
        for item in installed.iterdir():
            if not any(item.match(pattern) for pattern in hidden):
                (reduced / item.name).symlink_to(item)
        project = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-S", "-m", "localdev", "start", "--dir", another.root, "--port", str(another.port)],
            env={"PYTHONPATH": f"{reduced}{os.pathsep}{project}"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert missing in done.stderr
        assert done.stderr.splitlines()[1].startswith("hint: run: make install")
        assert not another.status().running


@pytest.fixture
def held_start(another: Emulator) -> Path:
    """The emulator's start halts where LocalStack reads its configuration, until somebody writes this."""
    configuration = another.root / "config" / "default.env"
    configuration.parent.mkdir(parents=True)
    os.mkfifo(configuration)
    return configuration


@pytest.mark.emulator
class TestStart:
    def test_it_answers_and_writes_into_its_folder_only(self, emulator: Emulator) -> None:
        status = emulator.status()
        assert (status.running, status.ready, status.version) == (True, True, "4.13.1")
        assert {path.name for path in emulator.root.iterdir()} >= {"emulator.lock", "localstack.log", "cache", "tmp"}
        assert list((emulator.root / "cache" / "plux").iterdir())

    def test_it_listens_on_loopback_only(self, emulator: Emulator) -> None:
        """LocalStack's own server ignores GATEWAY_LISTEN's host; 127.0.0.2 is another address of this host."""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", emulator.port))

    def test_twice_is_once(self, emulator: Emulator) -> None:
        before = emulator.status().pid
        assert Emulator(emulator.root, emulator.port).start() is False
        assert emulator.status().pid == before

    def test_another_port_in_the_same_folder_is_refused(self, emulator: Emulator, free_port: Callable[[], int]) -> None:
        with pytest.raises(PortTaken, match=f"runs already, on port {emulator.port}"):
            Emulator(emulator.root, free_port()).start()

    def test_strict_is_refused_while_it_runs_otherwise(self, emulator: Emulator) -> None:
        assert not emulator.status().strict
        with pytest.raises(OtherMode, match="runs already, and is not strict") as raised:
            Emulator(emulator.root, emulator.port, strict=True).start()
        assert raised.value.hint == "stop it first, or leave out --strict"

    def test_another_folder_on_the_same_port_is_refused(self, emulator: Emulator, tmp_path: Path) -> None:
        with pytest.raises(PortTaken):
            Emulator(tmp_path, emulator.port).start()

    def test_two_at_once_are_one(self, another: Emulator, processes: Processes, until: Any) -> None:
        both = [cli(another, "start"), cli(another, "start")]
        outputs = sorted(process.communicate()[0] for process in both)
        assert [process.returncode for process in both] == [0, 0]
        assert f"answers at {another.endpoint_url} (already running)\n" in outputs[1]
        assert " s)\n" in outputs[0]
        pid = another.status().pid
        until(lambda: processes(f"localdev.process\0{another.port}") == [pid])  # what it starts is it for a moment

    def test_a_start_killed_half_way_is_taken_over(
        self, another: Emulator, held_start: Path, processes: Processes, until: Any
    ) -> None:
        first = cli(another, "start")
        pid = until(lambda: FolderLock(another.root).owner().get("pid"))
        first.kill()
        assert first.communicate()[0] == ""
        held_start.write_text("")
        assert another.start() is False
        until(lambda: processes(f"localdev.process\0{another.port}") == [pid])

    @pytest.mark.usefixtures("held_start")
    def test_an_interrupted_start_leaves_nothing(self, another: Emulator, processes: Processes, until: Any) -> None:
        first = cli(another, "start")
        until(lambda: FolderLock(another.root).owner().get("pid"))
        first.send_signal(signal.SIGINT)
        out, err = first.communicate()
        assert (first.returncode, out, err) == (130, "", "\n")
        assert not another.status().running
        assert processes(str(another.root)) == []

    def test_a_failed_start_shows_the_end_of_the_log(self, another: Emulator, processes: Processes) -> None:
        (another.root / "config").mkdir(parents=True)
        (another.root / "config" / "default.env").write_text("RUNTIME_COMPONENTS=nonsense\n")
        with pytest.raises(StartFailed, match="RUNTIME_COMPONENTS=nonsense") as raised:
            another.start()
        assert "LocalStack ended with exit code 1" in str(raised.value)
        assert str(another.log) in raised.value.hint
        assert processes(str(another.root)) == []

    def test_an_executor_that_is_not_ours_ends_the_process(self, another: Emulator) -> None:
        """LocalStack itself would warn and use Docker."""
        (another.root / "tmp").mkdir(parents=True)
        lock = FolderLock(another.root).acquire()
        assert lock is not None
        with socket.create_server(("127.0.0.1", another.port)) as listener:
            environment = localstack_environment(another.root, another.port)
            environment |= {SOCKET: str(listener.fileno()), LOCK: str(lock), "LAMBDA_RUNTIME_EXECUTOR": "typo"}
            done = subprocess.run(
                [sys.executable, "-m", "localdev.process", str(another.port)],
                env=environment,
                pass_fds=(listener.fileno(), lock),
                capture_output=True,
                text=True,
                check=False,
            )
        os.close(lock)
        assert done.returncode == 1
        assert "the Lambda executor 'typo' is not localdev's" in done.stderr


@pytest.mark.emulator
class TestStop:
    @pytest.mark.feature("Lambda", "no process is left behind")
    def test_nothing_is_left(self, another: Emulator, deploy: Any, processes: Processes, until: Any) -> None:
        """Not even a function in the middle of its work, nor what it started in a session of its own."""
        another.start()
        function = deploy(BUSY, url=another.endpoint_url, Timeout=600)
        function.client.invoke(FunctionName=function.name, InvocationType="Event")
        _await_function(function, processes, until)
        assert another.stop() is True
        assert processes(str(another.root)) == []
        assert another.stop() is False

    @pytest.mark.feature("Lambda", "no process is left behind")
    def test_a_killed_emulator_leaves_no_functions_and_no_obstacle(
        self, another: Emulator, deploy: Any, processes: Processes, until: Any
    ) -> None:
        another.start()
        function = deploy(BUSY, url=another.endpoint_url, Timeout=600)
        function.client.invoke(FunctionName=function.name, InvocationType="Event")
        _await_function(function, processes, until)
        pid = another.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: processes(str(another.root)) == [] and not another.status().running)
        assert another.start() is True

    def test_one_that_ignores_sigterm_is_killed(self, another: Emulator, processes: Processes) -> None:
        another.start()
        pid = another.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        assert another.stop() is True
        assert processes(str(another.root)) == []


BUSY = """
import subprocess
def handler(event, context):
    subprocess.run(["sleep", "600"], start_new_session=True)
"""


def _await_function(function: Any, processes: Processes, until: Any) -> None:
    mark = f"AWS_LAMBDA_FUNCTION_NAME={function.name}\0"
    until(lambda: len(processes(mark)) >= 2)  # the runtime and its sleep


def test_the_owner_is_written_whole(tmp_path: Path) -> None:
    folder = FolderLock(tmp_path)
    lock = folder.acquire()
    assert lock is not None
    write_owner(lock, pid=123456, port=45660)
    write_owner(lock, pid=1, port=2)
    assert json.loads(folder.path.read_text()) == folder.owner() == {"pid": 1, "port": 2}
    assert folder.held()
    assert FolderLock(tmp_path).acquire() is None
    os.close(lock)
    assert not folder.held()
