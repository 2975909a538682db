"""The process around a function, without LocalStack."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localdev.functions import filesystem
from localdev.functions.log_pipe import KEPT
from localdev.functions.sandbox import GRACE, Ending
from tests.localdev.functions.gate import Gate
from tests.localdev.functions.sandboxes import ERROR, HEADERS, RESPONSE, SIZE, Kind, Started, called, within

MEMORY = pytest.mark.feature(
    "Lambda",
    "memory limit for a function and all it starts",
    partly="looked at every 50 ms, at daemons every half second",
)


def lives(process: str) -> bool:
    """Neither gone nor a zombie."""
    try:
        return Path("/proc", process, "cmdline").read_bytes() != b""
    except OSError:
        return False


@pytest.mark.feature("Lambda", "a runtime client in plain Python where the compiled one is missing")
def test_results_and_errors(started: Started) -> None:
    sandbox = started(
        "import logging\n"
        "def handler(event, context):\n"
        "    logging.warning(context.aws_request_id)\n"
        "    return context.get_remaining_time_in_millis() / event"
    )
    assert sandbox.initialise(within(30)) is None
    result = called(sandbox, b"2")
    assert (result.request, result.body) == (RESPONSE, b"0.0")
    assert sandbox.take_logs().endswith("\tr1\tr1\n")
    failure = called(sandbox, b"0")
    assert failure.request == ERROR
    assert b'"errorType": "ZeroDivisionError"' in failure.body
    assert called(sandbox, b"1").body == b"0.0"  # an error ends nothing


def test_init_error(started: Started) -> None:
    sandbox = started("import nothing_like_it")
    error = sandbox.initialise(within(30))
    assert isinstance(error, bytes)
    assert b"Runtime.ImportModuleError" in error


@pytest.mark.feature("Lambda", "shutdown: SIGTERM, a grace, SIGKILL")
def test_stop_asks_first(started: Started, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """lambda-runtime-environment, "Shutdown phase". Whether half a second is enough is for the machine to say."""
    monkeypatch.setattr("localdev.functions.sandbox.GRACE", 60)
    sandbox = started(
        gate.knock + "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye')))\n"
        "def handler(event, context): knock('waits')"
    )
    assert sandbox.initialise(within(30)) is None
    assert sandbox.handle(HEADERS, b"1", within(0.2)) is Ending.TIMED_OUT
    assert gate.next() == "waits"
    sandbox.stop()
    assert sandbox.take_logs() == "bye\n"
    assert sandbox.exit_status() == "exit status 0"


@pytest.mark.feature("Lambda", "shutdown: SIGTERM, a grace, SIGKILL")
def test_stop_insists(started: Started) -> None:
    """lambda-runtime-environment, "Shutdown phase": a process that does not end within its time is killed."""
    sandbox = started("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef handler(*_): pass")
    assert sandbox.initialise(within(30)) is None
    began = time.monotonic()
    sandbox.stop()
    assert sandbox.exit_status() == "signal: killed"
    assert time.monotonic() - began >= GRACE


def test_a_frozen_process_does_not_hold_up_the_deadline(started: Started) -> None:
    sandbox = started("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
    assert sandbox.initialise(within(0.3)) is Ending.TIMED_OUT


def test_a_flood_of_output_does_not_hold_up_the_deadline(started: Started) -> None:
    sandbox = started("import subprocess\ndef handler(event, context): subprocess.run(['yes', 'x' * 2000])")
    assert sandbox.initialise(within(30)) is None
    assert sandbox.handle(HEADERS, b"1", within(0.4)) is Ending.TIMED_OUT
    sandbox.kill()
    assert len(sandbox.take_logs()) < KEPT + 200


@MEMORY
def test_memory_is_that_of_all_processes(started: Started) -> None:
    """configuration-memory: the function's memory is all there is, for whatever runs in the environment."""
    sandbox = started(
        "import subprocess, sys\n"
        "def handler(event, context):\n"
        "    eats = f'import time; x = b\"x\" * ({event} << 20); time.sleep({event} - 1)'\n"
        "    eaters = [subprocess.Popen([sys.executable, '-c', eats]) for _ in range(2)]\n"
        "    for each in eaters: each.wait()"
    )
    assert called(sandbox, b"1").request == RESPONSE
    assert sandbox.handle(HEADERS, b"70", within(30)) is Ending.OUT_OF_MEMORY
    assert 128 < sandbox.peak < 250


@MEMORY
def test_memory_is_that_of_daemons_too(started: Started) -> None:
    """configuration-memory: they left their family, not the environment."""
    sandbox = started(
        "import os, time\n"
        "def handler(event, context):\n"
        "    if (child := os.fork()) == 0:\n"
        "        if os.fork():\n"
        "            os._exit(0)\n"
        "        os.setsid()\n"
        "        x = b'x' * (200 << 20)\n"
        "        time.sleep(60)\n"
        "    os.waitpid(child, 0)\n"
        "    time.sleep(60)"
    )
    assert sandbox.handle(HEADERS, b"1", within(30)) is Ending.OUT_OF_MEMORY


@pytest.mark.feature("Lambda", "no process is left behind")
def test_what_left_the_group_ends_too(started: Started, until: Callable[..., object]) -> None:
    """lambda-runtime-environment, "Shutdown phase": nothing of an environment goes on after it."""
    sandbox = started(
        "import subprocess\n"
        "def handler(event, context):\n"
        "    return subprocess.Popen(['sleep', '600'], start_new_session=True).pid"
    )
    child = called(sandbox, b"1").body.decode()
    until(lambda: lives(child))
    sandbox.kill()
    until(lambda: not lives(child))


@pytest.mark.feature(
    "Lambda",
    "nothing to write to but /tmp",
    partly="on Linux, where the folders of its Python can be written to, too; elsewhere all that its user may",
)
def test_only_tmp_can_be_written_to(started: Started, kind: Kind, tmp_path: Path) -> None:
    """lambda-runtime-environment: /tmp is the only folder with room of the function's own."""
    (tmp_path / "layers").mkdir()
    sandbox = started(
        "import os, tempfile\n"
        "def number(path):\n"
        "    try: return open(path, 'w').close()\n"
        "    except OSError as error: return error.errno\n"
        "def handler(event, context):\n"
        "    opt = os.path.dirname(os.environ['PATH'].split(':')[-1])\n"
        "    folders = [tempfile.gettempdir(), '.', os.environ['LAMBDA_TASK_ROOT'], opt, *event]\n"
        "    return [number(folder + '/written') for folder in folders]",
        layers=tmp_path / "layers",
    )
    elsewhere = ["/dev/shm", str(Path.home())] if kind.mounted else []
    answers = json.loads(called(sandbox, json.dumps(elsewhere).encode()).body)
    assert answers == [None, *[errno.EROFS if kind.mounted else None] * (3 + len(elsewhere))]
    if kind.mounted:
        assert not any((tmp_path / folder / "written").exists() for folder in ("code", "layers"))


@pytest.mark.feature(
    "Lambda", "the size of /tmp", partly="on Linux, in the machine's memory; elsewhere stored, not enforced"
)
def test_tmp_has_a_size(started: Started, kind: Kind) -> None:
    """configuration-ephemeral-storage; what is full says ENOSPC, and has room again for what is removed."""
    sandbox = started(
        "import os, tempfile\n"
        "def handler(event, context):\n"
        "    path = tempfile.gettempdir() + '/large'\n"
        "    try:\n"
        "        with open(path, 'wb') as file: file.write(bytes(event << 20))\n"
        "    except OSError as error: return [error.errno, error.strerror]\n"
        "    finally: os.unlink(path)"
    )
    full = [errno.ENOSPC, "No space left on device"] if kind.mounted else None
    for size, answer in ((SIZE - 1, None), (SIZE + 1, full), (SIZE - 1, None)):
        assert json.loads(called(sandbox, str(size).encode()).body) == answer


@pytest.mark.feature(
    "Lambda",
    "/tmp of each environment's own",
    partly="where Linux lets it mount, and the way to code in the machine's /tmp shows; elsewhere TMPDIR names it",
)
def test_tmp_is_the_environments(started: Started, kind: Kind) -> None:
    """lambda-runtime-environment: /tmp belongs to the environment, and a new process finds what is there."""
    source = (
        "import os, tempfile\n"
        "def handler(event, context):\n"
        "    path = os.path.join(event or tempfile.gettempdir(), 'of-an-environment')\n"
        "    open(path, 'a').write('x')\n"
        "    return [open(path).read(), os.getcwd() == os.environ['LAMBDA_TASK_ROOT']]"
    )
    event = b'"/tmp"' if kind.mounted else b"null"
    for content in ("x", "xx"):
        sandbox = started(source)
        assert json.loads(called(sandbox, event).body) == [content, True]
        sandbox.kill()
    assert not Path("/tmp/of-an-environment").exists()


@pytest.mark.feature("Lambda", "layers", partly="at /opt on Linux; elsewhere the search paths alone lead to them")
def test_layers_come_after_the_package_and_before_the_runtime(started: Started, tmp_path: Path) -> None:
    """packaging-layers, "Layer paths for each Lambda runtime"; python-package, "Dependency search path"."""
    python = tmp_path / "layers" / "python"
    programs = tmp_path / "layers" / "bin"
    for folder in (python, programs):
        folder.mkdir(parents=True)
    for name in ("app", "boto3", "found"):  # the function's own, the runtime's, nobody else's
        (python / f"{name}.py").write_text("WHERE = 'layer'")
    (programs / "program").write_text("#!/bin/sh\necho program\n")
    (programs / "program").chmod(0o755)
    sandbox = started(
        "import boto3, found, subprocess\n"
        "def handler(event, context):\n"
        "    return [boto3.WHERE, found.WHERE, subprocess.check_output(['program'], text=True), found.__file__]",
        layers=tmp_path / "layers",
    )
    *got, path = json.loads(called(sandbox, b"1").body)
    assert got == ["layer", "layer", "program\n"]
    assert path in ("/opt/python/found.py", str(python / "found.py"))


@pytest.mark.feature("Lambda", "layers", partly="at /opt on Linux; elsewhere the search paths alone lead to them")
@pytest.mark.parametrize("free", [True, False])
def test_layers_are_at_opt(
    started: Started, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: bool
) -> None:
    """packaging-layers: /opt; elsewhere if the function cannot have its own, and its PATH says where."""
    if not free:
        monkeypatch.setattr(filesystem, "OPT", tmp_path / "nowhere")
    (tmp_path / "layers" / "bin").mkdir(parents=True)
    (tmp_path / "layers" / "data").write_text("of a layer")
    sandbox = started(
        "import os\n"
        "def handler(event, context):\n"
        "    opt = os.path.dirname(os.environ['PATH'].split(':')[-1])\n"
        "    return [opt == '/opt', open(opt + '/data').read()]",
        layers=tmp_path / "layers",
    )
    assert json.loads(called(sandbox, b"1").body) == [kind.mounted and free, "of a layer"]
