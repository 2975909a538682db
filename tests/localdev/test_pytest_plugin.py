"""The pytest plugin, as a project meets it that has nothing but localdev installed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localdev.errors import LocaldevError
from localdev.lock import FolderLock
from localdev.testing import Account
from tests.launcher import environment

PYTEST_INI = """
[pytest]
addopts = --strict-markers -p no:cacheprovider
filterwarnings = error
localdev_strict = true
localdev_deploy = {python} deploy.py --url {{endpoint_url}}
"""

DEPLOY = """
import json, os, sys, boto3
assert sys.argv[1:] == ["--url", os.environ["AWS_ENDPOINT_URL"]]
boto3.client("s3").create_bucket(Bucket="deployed")
print("deploying", file=sys.stderr)
print(json.dumps({"bucket": "deployed"}))
"""

FIRST = """
import io, json, os, zipfile
import boto3
import pytest

numbers = []


@pytest.mark.parametrize("time", [1, 2])
def test_each_account_is_clean(aws_account, time):
    assert aws_account.client("s3").list_buckets()["Buckets"] == []
    aws_account.resource("s3").Bucket("the-same-name").create()
    assert aws_account.client("sts").get_caller_identity()["Account"] == aws_account.id
    assert aws_account.id not in numbers
    numbers.append(aws_account.id)


@pytest.mark.parametrize("time", [1, 2])
def test_plain_clients_find_it(aws_environment, time):
    assert boto3.client("sts").get_caller_identity()["Account"] == aws_environment.id
    assert boto3.Session().profile_name == "default"
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert "AWS_SESSION_TOKEN" not in os.environ


def test_the_environment_is_as_before():
    assert os.environ["AWS_PROFILE"] == "mine"
    assert "AWS_ENDPOINT_URL" not in os.environ


@pytest.fixture(scope="module")
def function(aws_accounts):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\\n    print('working on', event)\\n")
    with aws_accounts() as account:
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        account.client("iam").create_role(RoleName="work", AssumeRolePolicyDocument=trust)
        client = account.client("lambda")
        client.create_function(
            FunctionName="work", Runtime="python3.12", Role=f"arn:aws:iam::{account.id}:role/work",
            Handler="app.handler", Code={"ZipFile": package.getvalue()},
        )
        client.get_waiter("function_active_v2").wait(FunctionName="work")
        yield lambda event: client.invoke(FunctionName="work", Payload=json.dumps(event))


def test_before(function):
    function("what no report shows")


def test_fails(function, aws_account):
    assert aws_account.client("lambda").list_functions()["Functions"] == []
    function("what the report shows")
    raise AssertionError("on purpose")


def test_strict(aws_emulator):
    assert aws_emulator.status().strict
"""

SECOND = """
import pytest


@pytest.mark.parametrize("time", [1, 2])
def test_deployed_once(aws_deployed, time):
    assert aws_deployed.outputs == {"bucket": "deployed"}
    aws_deployed.account.client("s3").head_bucket(Bucket="deployed")
    assert aws_deployed.account.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_clean_beside_it(aws_account):
    assert aws_account.client("s3").list_buckets()["Buckets"] == []
"""


def starting(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", "--basetemp", str(folder / "temporary"), *arguments]
    shell = environment(AWS_PROFILE="mine", AWS_SESSION_TOKEN="of-the-user")
    return subprocess.Popen(
        command, cwd=folder, env=shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    with starting(folder, *arguments) as tests:
        out, err = tests.communicate()
    return subprocess.CompletedProcess(tests.args, tests.returncode, out, err)


@pytest.mark.emulator
@pytest.mark.feature("Toolkit", "pytest fixtures: an emulator, a clean account per test, clients, a deployed app")
@pytest.mark.feature("Toolkit", "reports of failed tests with what functions logged")
def test_two_workers(tmp_path: Path, processes: Callable[[str], list[int]]) -> None:
    (tmp_path / "pytest.ini").write_text(PYTEST_INI.format(python=sys.executable))
    (tmp_path / "deploy.py").write_text(DEPLOY)
    (tmp_path / "test_first.py").write_text(FIRST)
    (tmp_path / "test_second.py").write_text(SECOND)
    ended = run(tmp_path, "-n2", "--dist", "loadfile")
    assert re.search(r"= 1 failed, 10 passed", ended.stdout), ended.stdout + ended.stderr
    assert "AssertionError: on purpose" in ended.stdout
    logs = ended.stdout.partition("- Lambda logs -")[2]
    assert re.search(r"\d\d:\d\d:\d\d\.\d\d\d work  working on what the report shows\n", logs), ended.stdout
    assert "what no report shows" not in ended.stdout
    assert processes(str(tmp_path)) == []


@pytest.mark.emulator
@pytest.mark.feature("Toolkit", "pytest runs that are killed leave nothing behind")
def test_a_killed_run_leaves_nothing(tmp_path: Path, processes: Callable[[str], list[int]], until: Any) -> None:
    (tmp_path / "test_killed.py").write_text("def test_killed(aws_emulator):\n    pass\n")
    with starting(tmp_path) as tests:
        until(lambda: FolderLock(tmp_path / "temporary" / "localdev0").owner().get("pid"), seconds=60)
        tests.kill()
    until(lambda: processes(str(tmp_path)) == [], seconds=60)


def test_who_does_not_use_it_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text(
        "import sys\n"
        "def test_nothing(pytestconfig):\n"
        "    assert pytestconfig.pluginmanager.hasplugin('localdev')\n"
        "    assert not {'boto3', 'localstack', 'localdev.emulator', 'localdev.testing'} & set(sys.modules)\n"
        "def test_what_is_not_configured(aws_deployed):\n"
        "    pass\n"
    )
    ended = run(tmp_path)
    assert "1 passed, 1 error" in ended.stdout, ended.stdout + ended.stderr
    assert "aws_deployed needs a command: set localdev_deploy in pytest's configuration\n" in ended.stdout


WITHOUT_EMULATOR = """
import pytest
from localdev import pytest_plugin
from localdev.emulator import Emulator
from localdev.testing import Accounts


@pytest.fixture(scope="session")
def aws_emulator(request, tmp_path):
    request.config.stash[pytest_plugin._accounts] = Accounts(Emulator(tmp_path, 1))


@pytest.fixture(scope="session")
def tmp_path(tmp_path_factory):
    return tmp_path_factory.mktemp("none")
"""


class TestWrongSettings:
    """One error each, and none of this module's code."""

    @pytest.mark.parametrize(
        ("command", "error"),
        [
            ("nonsense-nobody-installed", "nonsense-nobody-installed: [Errno 2] No such file or directory: "),
            ("echo no json", "the command printed no JSON document but: no json\n"),
            ("true", "the command printed no JSON document but: nothing\n"),
        ],
    )
    def test_deploy(self, tmp_path: Path, command: str, error: str) -> None:
        (tmp_path / "conftest.py").write_text(WITHOUT_EMULATOR)
        (tmp_path / "test_deployed.py").write_text("def test_deployed(aws_deployed):\n    pass\n")
        ended = run(tmp_path, "-o", f"localdev_deploy={command}", "-o", "filterwarnings=error")
        assert "= 1 error in " in ended.stdout, ended.stdout + ended.stderr
        told = ended.stdout.partition("= short test summary info =")[0]
        assert told.count(error) == 1, told
        assert told.count("hint: ") == 1
        assert "localdev/" not in told

    def test_strict(self, tmp_path: Path) -> None:
        ended = run(tmp_path, "-o", "localdev_strict=maybe")
        assert (ended.returncode, ended.stdout) == (4, "")
        assert ended.stderr.strip() == (
            "ERROR: localdev_strict in pytest's configuration: invalid truth value 'maybe'; use true or false"
        )


class TestDeploy:
    account = Account("123456789012", "http://127.0.0.1:1")

    def test_the_environment_is_the_accounts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_PROFILE", "mine")
        monkeypatch.setenv("LANG", "C.UTF-8")
        code = "import json, os; print(json.dumps(dict(os.environ)))"
        seen = self.account.deploy(f"{sys.executable} -c '{code}'").outputs
        assert {name: value for name, value in seen.items() if name.startswith("AWS_")} == self.account.environment
        assert seen["LANG"] == "C.UTF-8"

    def test_where_and_with_what(self, tmp_path: Path) -> None:
        assert self.account.deploy("sh -c 'pwd; echo $0' {endpoint_url}", cwd=tmp_path).output == (
            f"{tmp_path}\nhttp://127.0.0.1:1\n"
        )

    def test_one_that_fails_says_why(self) -> None:
        with pytest.raises(LocaldevError, match=r"exit code 3\nmade half\nno such stack$"):
            self.account.deploy("sh -c 'echo made half; echo no such stack >&2; exit 3'")

    def test_one_that_is_not_there(self) -> None:
        with pytest.raises(LocaldevError, match=r"nonsense-nobody-installed: .*No such file"):
            self.account.deploy("nonsense-nobody-installed")
