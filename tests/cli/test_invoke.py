"""Calling a function from the command line."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.refusal import refused, refused_in_words, write_project
from tests.conftest import Stack, deploy

CONFIG = """\
project: shop
region: us-east-1
apps:
  till:
    functions:
      bell:
        source: code
        timeout: 3
"""
CODE = """\
import json
import shlex
import time

calls = 0


def handler(event, context):
    global calls
    calls += 1
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("fail"):
        raise ValueError(event["fail"])
    print("rang", calls)
    return {"statusCode": 200, "body": json.dumps({"heard": event})} if event.get("proxy") else [event, "Grüße", calls]
"""


@pytest.fixture
def till(tmp_path: Path) -> Path:
    config = write_project(tmp_path / "project", CONFIG)
    (config.parent / "code" / "app.py").write_text(CODE)
    return config


@pytest.fixture
def deployed(stack: Callable[..., Stack], till: Path) -> Stack:
    made = stack(till)
    made.json("up")
    return made


def test_it_prints_what_the_function_answers_and_its_log_if_asked(deployed: Stack) -> None:
    done = deployed.run("invoke", "till.bell", "--data", '{"text": "ding"}')
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [{"text": "ding"}, "Grüße", 1]
    done = deployed.run("invoke", "till.bell", "--logs")
    answer, _, log = done.stdout.partition("\n\n")
    assert json.loads(answer) == [{}, "Grüße", 2]
    assert "rang 2" in log
    assert "REPORT RequestId" in log


def test_the_json_within_a_proxy_answer_is_shown_as_json(deployed: Stack) -> None:
    done = deployed.run("invoke", "till.bell", "--data", '{"proxy": true}')
    assert json.loads(done.stdout) == {"statusCode": 200, "body": {"heard": {"proxy": True}}}
    document = deployed.json("invoke", "till.bell", "--data", '{"proxy": true}')
    assert json.loads(document["answer"]["body"]) == {"heard": {"proxy": True}}
    assert "rang" in document["log"]


def test_a_function_that_fails_ends_with_1_and_says_how(deployed: Stack) -> None:
    done = deployed.run("invoke", "till.bell", "--data", '{"fail": "no till"}')
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: till.bell failed: ValueError: no till",
        "hint: --logs shows what it logged",
    ]
    done = deployed.run("invoke", "till.bell", "--data", '{"fail": "no till"}', "--logs")
    assert done.returncode == 1
    assert "ValueError: no till" in done.stdout
    assert done.stderr.splitlines() == ["error: till.bell failed: ValueError: no till"]
    done = deployed.run("invoke", "till.bell", "--json", "--data", '{"fail": "no till"}')
    assert done.returncode == 1
    assert done.json["error"]["message"] == "till.bell failed: ValueError: no till"
    assert done.json["answer"]["errorType"] == "ValueError"


def test_a_function_that_takes_too_long_is_called_once_and_said_to_be_late(deployed: Stack) -> None:
    done = deployed.run("invoke", "till.bell", "--data", '{"sleep": 10}')
    assert done.returncode == 1
    assert "Task timed out after 3.00 seconds" in done.stderr
    log = deployed.json("invoke", "till.bell")["log"]
    assert "rang 1" in log  # in a new process, after the one that was ended


def test_what_is_not_deployed_is_said_to_be_so(stack: Callable[..., Stack], till: Path) -> None:
    new = stack(till)
    done = new.run("invoke", "till.bell")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: till.bell is not deployed",
        f"hint: run: python deploy.py up till {' '.join(new.options)}",
    ]


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        (["till.bel"], "no function 'till.bel'", "did you mean 'till.bell'"),
        (["till"], "no function 'till'", "till.bell"),
        ([], "Missing argument 'APP.FUNCTION'", "--help"),
        (["till.bell", "--data", "[NaN]"], "--data is no JSON: NaN is no value", "such as --data"),
        (["till.bell", "--data", "{length: 20}"], "--data is no JSON: Expecting property name", "such as --data"),
    ],
)
def test_misused(till: Path, arguments: list[str], says: str, hint: str) -> None:
    refused(till.parent, "invoke", *arguments, code=2, says=says, hint=hint)


def test_a_configuration_without_functions(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", "project: shop\nregion: us-east-1\napps: {till: {}}\n").parent
    refused_in_words(folder, "invoke", "till.bell", code=2, says="no function 'till.bell'", hint="has no functions")


def test_the_help_names_what_it_takes() -> None:
    assert "invoke [OPTIONS] APP.FUNCTION" in deploy("invoke", "--help").stdout


def test_up_prints_a_line_that_calls_it(stack: Callable[..., Stack], till: Path) -> None:
    till.write_text(CONFIG + """        example: '{"text": "it''s open"}'\n""")
    up = stack(till).run("up").stdout.splitlines()
    line = shlex.split(up[up.index("try it:") + 1])
    assert line[:3] == ["python", "deploy.py", "invoke"]
    assert json.loads(deploy(*line[2:]).stdout)[0] == {"text": "it's open"}
