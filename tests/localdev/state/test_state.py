"""State that outlives the emulator: all of it or none."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localdev import state
from localdev.emulator import Emulator
from localdev.errors import OtherMode, StateRefused
from tests.conftest import CREDENTIALS
from tests.localdev.full_account import BIG, Account, look, make, reach, works
from tests.localdev.state import apps, holdings
from tests.localdev.state.apps import fetched

pytestmark = pytest.mark.feature(
    "Toolkit",
    "`start --state DIR`: what there is comes back at the next start, also after a crash",
    partly="of the services that come back whole; `stop` names others that were used. What runs does not: executions "
    "of Step Functions are aborted, unfinished uploads in parts are gone",
)

NUMBER, OTHER = "111111111111", "333333333333"
HOLDINGS = {
    found.name: importlib.import_module(f"{holdings.__name__}.{found.name}")
    for found in pkgutil.iter_modules(holdings.__path__)
}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localdev", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@dataclass
class Life:
    """One emulator, and the next one that has its state. answers: to all that can be asked about each holding."""

    emulator: Emulator
    first: Account
    second: Account
    url: str = ""
    memos: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    there: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def ask(self, service: str) -> Any:
        return without_metadata(HOLDINGS[service].look(self.second, self.memos[service]))


def without_metadata(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {key: without_metadata(value) for key, value in answer.items() if key != "ResponseMetadata"}
    return [without_metadata(each) for each in answer] if isinstance(answer, list) else answer


def start(emulator: Emulator) -> subprocess.CompletedProcess[str]:
    return run("start", "--dir", emulator.root, "--port", emulator.port, "--state", emulator.state)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int], until: Any) -> Iterator[Life]:
    """Everything is made, in two accounts, kept, carried to another machine, and there again."""
    folder = tmp_path_factory.mktemp("state")
    emulator = Emulator(folder / "emulator", free_port(), state=folder / "kept")
    life = Life(emulator, Account(NUMBER, emulator.endpoint_url), Account(OTHER, emulator.endpoint_url))
    try:
        live(life, folder, until)
        shutil.rmtree(folder / "gone")
        (folder / "kept").rename(folder / "carried")
        life.emulator = Emulator(folder / "another machine", emulator.port, state=folder / "carried")
        assert start(life.emulator).returncode == 0
        yield life
    finally:
        emulator.stop()
        life.emulator.stop()
        life.first.close()
        life.second.close()


def live(life: Life, folder: Path, until: Any) -> None:
    assert start(life.emulator).returncode == 0
    life.url = make(life.first)
    works(life.emulator, life.first, life.url, until)
    life.memos["apps"] = {}
    apps.make(life.emulator.endpoint_url, life.memos["apps"])
    for service, holding in HOLDINGS.items():
        life.memos[service] = {"folder": folder}
        holding.make(life.second, life.memos[service])
        life.answers[service] = life.ask(service)
    life.first("acm").request_certificate(DomainName="example.com")
    life.there = look(life.first)
    stopped = run("stop", "--dir", life.emulator.root)
    assert stopped.returncode == 0, stopped.stderr
    life.stopped = stopped.stdout.splitlines()


@pytest.mark.emulator
@pytest.mark.parametrize("service", HOLDINGS)
def test_all_answers_are_as_before_and_it_works(life: Life, until: Any, service: str) -> None:
    assert life.ask(service) == life.answers[service]
    HOLDINGS[service].use(life.second, life.memos[service], until)


@pytest.mark.emulator
def test_whole_accounts_and_what_they_share(life: Life, until: Any) -> None:
    account = life.first
    assert look(account) == life.there
    reach(life.emulator, account, life.url, until)
    account("s3").create_bucket(Bucket=f"{account.tag}-later")
    with pytest.raises(ClientError, match="BucketAlreadyExists"):  # names are everyone's
        life.second("s3").create_bucket(Bucket=f"{account.tag}-later")


@pytest.mark.emulator
def test_the_three_apps_of_this_project(life: Life) -> None:
    with contextlib.closing(boto3.client("s3", endpoint_url=life.emulator.endpoint_url, **CREDENTIALS)) as s3:
        apps.use(life.emulator.endpoint_url, life.memos["apps"], s3)


@pytest.mark.emulator
def test_stop_says_what_it_does_not_keep(life: Life) -> None:
    assert life.stopped == ["stopped", "may hold what is not kept, for it would not come back whole: acm"]


@pytest.mark.emulator
def test_a_crash_loses_nothing_that_was_saved(life: Life, until: Any) -> None:
    """Nor does one while it was saving: what is half written is not looked at."""
    emulator = life.emulator
    assert emulator.state
    life.first("sqs").create_queue(QueueName="last-before-a-crash")
    until(lambda: b"last-before-a-crash" in (emulator.state / state.FILE).read_bytes(), seconds=300)
    told = run("status", "--dir", emulator.root).stdout
    assert re.search(rf"^state: {re.escape(str(emulator.state))}, saved \d+ s ago$", told, re.MULTILINE)
    os.killpg(emulator.status().pid or 0, signal.SIGKILL)
    until(lambda: not emulator.status().running)
    (emulator.state / f"{state.FILE}.new").write_bytes(b"half")
    assert start(emulator).returncode == 0
    assert life.first("sqs").get_queue_url(QueueName="last-before-a-crash")["QueueUrl"]
    assert fetched(life.memos["apps"]["code"]).startswith(b"\x89PNG")


@pytest.mark.emulator
def test_it_keeps_its_state_where_it_began_to(life: Life, tmp_path: Path) -> None:
    where = life.emulator
    for other in (tmp_path, None):
        with pytest.raises(OtherMode, match=rf"runs already, with its state in {where.state}$") as raised:
            Emulator(where.root, where.port, state=other).start()
        assert raised.value.hint == f"stop it first, or use --state {where.state}"
    assert where.state
    by_another_way = where.root / ".." / where.state.name
    assert Emulator(where.root, where.port, state=by_another_way).start() is False


@pytest.mark.emulator
def test_what_cannot_be_saved_is_not_lost(life: Life) -> None:
    where = life.emulator
    assert where.state is not None
    where.state.rename(where.state.with_name("aside"))
    where.state.touch()
    refused = run("stop", "--dir", where.root)
    assert (refused.returncode, refused.stdout) == (1, "")
    error, hint = refused.stderr.splitlines()
    assert error.startswith("error: it runs on, for what it holds cannot be saved: ")
    assert "NotADirectoryError: " in error
    assert hint == f"hint: mend that and stop it again, or stop it and lose what it holds: kill {where.status().pid}"
    assert where.ask("/_localdev/status")
    where.state.unlink()
    assert where.save() == []
    assert (where.state / state.FILE).stat().st_size


@pytest.mark.emulator
def test_one_that_is_told_to_end_saves_first(life: Life, until: Any) -> None:
    """By a signal, as from whatever else runs services; what was deleted takes no place any more.

    Also if no request has changed anything: executions, for one, go on without any.
    """
    emulator, bucket = life.emulator, f"{life.first.tag}-later"

    def contents() -> list[bytes]:
        assert emulator.state
        found = []
        for path in (emulator.state / "objects").iterdir():
            with contextlib.suppress(FileNotFoundError):  # one that it is just saving
                found.append(path.read_bytes())
        return found

    assert (b"late" in contents(), BIG in contents()) == (False, True)
    life.first("s3").put_object(Bucket=bucket, Key="late", Body=b"late")
    life.first("s3").delete_object(Bucket=life.first.tag, Key="big")
    emulator.save()
    assert emulator.state
    (emulator.state / state.FILE).unlink()
    os.kill(emulator.status().pid or 0, signal.SIGTERM)
    until(lambda: not emulator.status().running, seconds=60)
    assert (emulator.state / state.FILE).stat().st_size
    assert (b"late" in contents(), BIG in contents()) == (True, False)


class TestRefusals:
    PORT = 4566

    def keep(self, folder: Path, **changes: object) -> None:
        content = json.dumps(state.head(self.PORT) | changes).encode() + b"\nnonsense"
        (folder / state.FILE).write_bytes(content)

    def test_the_same_version(self, tmp_path: Path) -> None:
        state.check(tmp_path, self.PORT)
        self.keep(tmp_path)
        state.check(tmp_path, self.PORT)

    @pytest.mark.parametrize("what", ["localstack-core", "moto-ext", "skiff", "python"])
    def test_another_version(self, tmp_path: Path, what: str) -> None:
        self.keep(tmp_path, **{what: "0.0"})
        with pytest.raises(StateRefused, match=rf"is of {what} 0\.0, and this is "):
            state.check(tmp_path, self.PORT)

    def test_another_port(self, tmp_path: Path) -> None:
        """URLs with the port are in what was deployed."""
        self.keep(tmp_path)
        with pytest.raises(StateRefused, match="is of port 4566, and this is 4567") as raised:
            Emulator(tmp_path / "emulator", 4567, state=tmp_path).start()
        assert raised.value.hint == "start with --port 4566"
        assert not Emulator(tmp_path / "emulator", 4567).status().running

    @pytest.mark.parametrize("content", [b"", b"\xff", b"[]\n", b"nonsense\n"])
    def test_no_state(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / state.FILE).write_bytes(content)
        with pytest.raises(StateRefused, match="is no state of an emulator"):
            state.check(tmp_path, self.PORT)

    @pytest.mark.parametrize("name", ["file", "file/below", "/proc"])
    def test_a_folder_that_cannot_be_written(self, tmp_path: Path, name: str) -> None:
        """When the emulator stops it is too late."""
        (tmp_path / "file").touch()
        with pytest.raises(StateRefused, match=f"no state can be kept in {tmp_path / name}: ") as raised:
            Emulator(tmp_path / "emulator", 4567, state=tmp_path / name).start()
        assert raised.value.hint == "choose another folder for --state"
        assert not Emulator(tmp_path / "emulator", 4567).status().running

    def test_a_folder_that_another_one_keeps_its_own_in(self, tmp_path: Path) -> None:
        held = state.claim(tmp_path)
        with pytest.raises(StateRefused, match=f"another emulator keeps its state in {tmp_path}$"):
            Emulator(tmp_path / "emulator", 4567, state=tmp_path).start()
        os.close(held)
        state.check(tmp_path, self.PORT)

    @pytest.mark.emulator
    def test_a_broken_one_is_not_loaded_by_half(self, tmp_path: Path, free_port: Callable[[], int]) -> None:
        port = free_port()
        emulator = Emulator(tmp_path / "emulator", port, state=tmp_path)
        self.keep(tmp_path, port=port)
        before = (tmp_path / state.FILE).read_bytes()
        with pytest.raises(StateRefused, match="cannot be loaded: "):
            emulator.start()
        assert not emulator.status().running
        assert (tmp_path / state.FILE).read_bytes() == before


@pytest.mark.emulator
def test_one_that_keeps_nothing_cannot_begin_to(emulator: Emulator, tmp_path: Path) -> None:
    with pytest.raises(OtherMode, match="runs already, without a state to keep"):
        Emulator(emulator.root, emulator.port, state=tmp_path).start()
    assert emulator.save() == []
    assert list(tmp_path.iterdir()) == []
