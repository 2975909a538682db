"""State that outlives the emulator: all of it or none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localdev import state
from localdev.emulator import Emulator
from localdev.errors import OtherMode, StateRefused
from tests.conftest import deploy
from tests.localdev.full_account import Account, look, make, reach, works

pytestmark = pytest.mark.feature(
    "Toolkit",
    "`start --state DIR`: what there is when it stops is there again",
    partly="of the services that come back whole; `stop` names others that were used; metrics are not kept",
)

NUMBER = "111111111111"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localdev", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("state")
    emulator = Emulator(folder / "emulator", free_port(), state=folder / "kept")
    yield emulator
    emulator.stop()


def start(emulator: Emulator) -> subprocess.CompletedProcess[str]:
    return run("start", "--dir", emulator.root, "--port", emulator.port, "--state", emulator.state)


@pytest.mark.emulator
def test_what_was_made_is_there_and_works(where: Emulator, until: Any) -> None:
    """Of each service that is kept, and the three apps of this project, for which nothing is left to do."""
    assert start(where).returncode == 0
    account = Account(NUMBER, where.endpoint_url)
    url = make(account)
    s3 = account("s3")
    s3.put_bucket_versioning(Bucket=account.tag, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=account.tag, Key="twice", Body=b"first")["VersionId"]
    s3.put_object(Bucket=account.tag, Key="twice", Body=b"second")
    s3.delete_object(Bucket=account.tag, Key="twice")
    account("dynamodb").put_item(TableName="items", Item={"id": {"S": "one"}})
    secret = account("kms").encrypt(KeyId="alias/master", Plaintext=b"secret")["CiphertextBlob"]
    works(where, account, url, until)
    there = look(account)
    up = deploy("up", "--endpoint-url", where.endpoint_url)
    assert up.returncode == 0, up.stdout + up.stderr
    stopped = run("stop", "--dir", where.root)
    assert stopped.returncode == 0, stopped.stderr
    told, left_out = stopped.stdout.splitlines()
    assert told == "stopped"
    assert left_out.startswith("may hold what is not kept, for it would not come back whole: ")
    assert {"events", "ssm", "cognito-idp"} <= set(left_out.partition(": ")[2].split(", "))
    account.close()

    assert start(where).returncode == 0
    account, other = Account(NUMBER, where.endpoint_url), Account("222222222222", where.endpoint_url)
    found = look(account)
    lost = {"rules": 0, "user pools": 0, "parameters": 0, "metrics": found["metrics"]}  # which functions add to
    assert found == there | lost
    reach(where, account, url, until)
    account("s3").create_bucket(Bucket=f"{account.tag}-later")
    with pytest.raises(ClientError, match="BucketAlreadyExists"):  # names are everyone's
        other("s3").create_bucket(Bucket=f"{account.tag}-later")
    other.close()
    twice = account("s3").get_object(Bucket=account.tag, Key="twice", VersionId=version)
    assert twice["Body"].read() == b"first"
    assert account("dynamodb").get_item(TableName="items", Key={"id": {"S": "one"}})["Item"]
    assert account("kms").decrypt(CiphertextBlob=secret)["Plaintext"] == b"secret"
    plan = deploy("plan", "--check", "--endpoint-url", where.endpoint_url)
    assert plan.returncode == 0, plan.stdout + plan.stderr
    invoked = deploy("invoke", "password.generator", "--data", "{}", "--endpoint-url", where.endpoint_url)
    assert invoked.returncode == 0, invoked.stdout + invoked.stderr
    account.close()


@pytest.mark.emulator
def test_it_keeps_its_state_where_it_began_to(where: Emulator, tmp_path: Path) -> None:
    where.start()
    for other in (tmp_path, None):
        with pytest.raises(OtherMode, match=rf"runs already, with its state in {where.state}$") as raised:
            Emulator(where.root, where.port, state=other).start()
        assert raised.value.hint == f"stop it first, or use --state {where.state}"
    assert where.state
    by_another_way = where.root / ".." / where.state.name
    assert Emulator(where.root, where.port, state=by_another_way).start() is False


@pytest.mark.emulator
def test_what_cannot_be_saved_is_not_lost(where: Emulator) -> None:
    assert start(where).returncode == 0
    assert where.state is not None
    where.state.rename(where.state.with_name("aside"))
    where.state.touch()
    refused = run("stop", "--dir", where.root)
    assert (refused.returncode, refused.stdout) == (1, "")
    error, hint = refused.stderr.splitlines()
    assert error.startswith("error: it runs on, for what it holds cannot be saved: ")
    assert "FileExistsError: " in error
    assert hint == f"hint: mend that and stop it again, or stop it and lose what it holds: kill {where.status().pid}"
    assert where.status().ready
    where.state.unlink()
    stopped = run("stop", "--dir", where.root)
    assert stopped.returncode == 0, stopped.stderr
    assert (where.state / state.FILE).stat().st_size


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
