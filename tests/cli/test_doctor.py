"""What the doctor finds on this machine and at an emulator."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localdev.emulator import Emulator
from tests.cli.doctor import ALWAYS, found
from tests.cli.refusal import CONFIG
from tests.cli.servers import answering
from tests.conftest import deploy
from tests.launcher import Ended

NOWHERE = "http://127.0.0.1:1"


def test_all_is_well(project: Path, skiff: Callable[..., Ended], emulator: Emulator) -> None:
    checks = found(skiff("doctor", "--json", cwd=project))
    assert {name: check["state"] for name, check in checks.items()} == dict.fromkeys(
        [*ALWAYS, "schema", "emulator", "functions"], "ok"
    )
    assert f"started by localdev, answers at {emulator.endpoint_url}" in checks["emulator"]["text"]
    assert "1 app, 6 resources, region us-east-1" in checks["configuration"]["text"]


def test_people_get_a_line_for_each(project: Path, skiff: Callable[..., Ended]) -> None:
    done = skiff("doctor", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, last = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("  ok       ")] == []
    assert last == "all is well"


def test_people_get_a_remedy_below_what_is_wrong(project: Path) -> None:
    done = deploy("doctor", "--endpoint-url", NOWHERE, cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    *_, problem, remedy, last = done.stdout.splitlines()
    assert problem == f"  problem  emulator       nothing answers at {NOWHERE}"
    assert remedy.strip() == "start it, or check the address"
    assert remedy.index("start") == problem.index("nothing")
    assert last == "1 problem, 0 warnings"


def test_a_stranger_answers(project: Path) -> None:
    for body in (b"<h1>Welcome</h1>", b'{"status": "ok"}', b"[]"):
        with answering(200, body) as url:
            checks = found(deploy("doctor", "--json", "--endpoint-url", url, cwd=project))
            assert checks["emulator"]["text"] == f"what listens at {url} is no LocalStack"
            assert "--endpoint-url" in checks["emulator"]["remedy"]


def test_what_listens_speaks_no_http(project: Path) -> None:
    with talking(b"220 mail.example ESMTP\r\n") as url:
        checks = found(deploy("doctor", "--json", "--endpoint-url", url, cwd=project))
    assert checks["emulator"]["text"] == f"what listens at {url} is no LocalStack"


def test_a_localstack_that_localdev_did_not_start(project: Path) -> None:
    with answering(200, b'{"services": {}, "version": "4.9.0"}', "application/json") as url:
        checks = found(deploy("doctor", "--json", "--endpoint-url", url, cwd=project))
    assert checks["emulator"]["text"] == f"LocalStack 4.9.0 answers at {url}, not started by localdev"
    assert "Docker" in checks["functions"]["text"]


@contextlib.contextmanager
def talking(words: bytes) -> Iterator[str]:
    """The address of something that says its words to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = server.accept()
                    with visitor:
                        visitor.sendall(words)
                        visitor.recv(1000)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("config", "says"),
    [(None, "there is no such file"), ("- 1\n", "mapping"), (CONFIG.replace("{}", "{zzz: 1}"), "unknown key 'zzz'")],
)
def test_a_bad_configuration_is_one_problem_and_leaves_the_others(
    project: Path, skiff: Callable[..., Ended], config: str | None, says: str
) -> None:
    if config is None:
        (project / "config.yaml").unlink()
    else:
        (project / "config.yaml").write_text(config)
    checks = found(skiff("doctor", "--json", cwd=project))
    assert says in checks["configuration"]["text"]
    assert [name for name, check in checks.items() if check["state"] != "ok"] == ["configuration"]
    assert checks["emulator"]["state"] == "ok"
