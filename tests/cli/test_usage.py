"""Command lines that cannot be, and addresses where no AWS is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.refusal import check_words, refused, refused_as_json, refused_in_words
from tests.cli.servers import answering
from tests.conftest import command, deploy
from tests.launcher import LIMIT, ROOT, Ended, environment, played_by

NOWHERE = "http://127.0.0.1:1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIEXAMPLEKEY"}

MISUSED = {
    "unknown app": (["up", "qrr"], "no app 'qrr'", "'qr'"),
    "unknown option": (["up", "--verbos"], "--verbos", "--help"),
    "option without its value": (["up", "--stage"], "--stage.* argument", "--help"),
    "argument too many": (["validate", "qr"], "qr", "--help"),
    "unknown target": (["up", "--target", "azure"], "azure", "local.*aws|--help"),
    "stage that is no name": (["validate", "--stage", "Prod_1"], "'Prod_1' is no name", "lower case"),
    "stage that is nothing": (["validate", "--stage", ""], "--stage", "lower case"),
    "endpoint that is no URL": (["up", "--endpoint-url", "localhost"], "'localhost' is no URL", "http://"),
    "endpoint without a scheme": (["up", "--endpoint-url", "127.0.0.1:4566"], "is no URL", "http://"),
    "endpoint of another kind": (["up", "--endpoint-url", "ftp://127.0.0.1"], "is no URL", "http://"),
    "endpoint with a bad port": (["up", "--endpoint-url", "http://127.0.0.1:45x"], "is no URL", "http://"),
    "endpoint with a high port": (["up", "--endpoint-url", "http://127.0.0.1:99999"], "is no URL", "http://"),
    "endpoint on AWS": (["up", "--endpoint-url", NOWHERE, "--target", "aws"], "--target aws", "."),
}


@pytest.mark.parametrize(("arguments", "says", "hint"), MISUSED.values(), ids=MISUSED)
def test_misused(project: Path, arguments: list[str], says: str, hint: str) -> None:
    refused_in_words(project, *arguments, code=2, says=says, hint=hint)


def test_misused_by_a_program(project: Path) -> None:
    refused(project, "up", "--endpoint-url", "localhost", code=2, says="is no URL", hint="http://")
    refused(project, "up", "--verbos", code=2, says="--verbos", hint="--help")


def test_unknown_command(project: Path) -> None:
    refused_in_words(project, "dwon", code=2, says="'dwon'", hint="'down'|--help")


@pytest.mark.parametrize("command", ["up", "down"])
def test_nothing_answers(project: Path, command: str) -> None:
    says = f"nothing answers at {NOWHERE}"
    refused_in_words(project, command, "--endpoint-url", NOWHERE, code=1, says=says, hint="check --endpoint-url")


def test_nothing_answers_a_program(project: Path) -> None:
    refused_as_json(
        project, "outputs", "--endpoint-url", NOWHERE, code=1, says="nothing answers at", hint="check --endpoint-url"
    )


ANSWERS = {
    "not found": (404, b"<h1>Not found</h1>", "text/html"),
    "half a page": (200, b"<!doctype html><p>Welcome", "text/html"),
    "no POST here": (501, b"<!doctype html><p>Unsupported method ('POST')", "text/html"),
    "nothing": (200, b"", "text/plain"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_answers_is_no_aws(project: Path, answer: tuple[int, bytes, str]) -> None:
    with answering(*answer) as url:
        refused_in_words(project, "up", "--endpoint-url", url, code=1, says=f"{url} .*AWS", hint="LocalStack")


def test_what_answers_a_program_is_no_aws(project: Path) -> None:
    with answering(404, b"nope") as url:
        refused(project, "down", "--endpoint-url", url, code=1, says=f"{url} .*AWS", hint="LocalStack")


# An account that nobody here has.

ACCOUNTS = {
    "no credentials": ({}, "no AWS credentials", "aws configure"),
    "half of them": ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "AWS_SECRET_ACCESS_KEY", "."),
    "no such profile": ({"AWS_PROFILE": "nosuch"}, "nosuch", "profile"),
}


@pytest.mark.parametrize(("variables", "says", "hint"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_no_credentials(project: Path, variables: dict[str, str], says: str, hint: str) -> None:
    env = environment(HOME=str(project), **variables)
    refused_in_words(project, "up", "--target", "aws", code=1, says=says, hint=hint, env=env)


def test_no_credentials_for_a_program(project: Path) -> None:
    env = environment(HOME=str(project))
    refused(project, "outputs", "--target", "aws", code=1, says="no AWS credentials", hint="aws configure", env=env)


def test_a_configuration_of_aws_that_cannot_be_read(project: Path) -> None:
    file = project / "aws"
    file.write_text("[default]\nregion\n")
    env = environment(AWS_CONFIG_FILE=str(file))
    refused_in_words(project, "up", "--target", "aws", code=1, says=str(file), env=env)


@pytest.mark.parametrize("name", ["up", "plan", "down", "outputs"])
def test_what_is_meant_for_aws_goes_nowhere_else(project: Path, name: str) -> None:
    env = environment(AWS_ENDPOINT_URL=NOWHERE.replace("//", "//me:hunter2@"), **KEYS)
    says = "AWS_ENDPOINT_URL leads to 127.0.0.1:1, which is not AWS"
    refused_in_words(
        project, name, "--target", "aws", code=2, says=says, hint="unset AWS_ENDPOINT_URL;.*--endpoint-url", env=env
    )


def test_nor_where_the_profile_leads(project: Path) -> None:
    """In a process of its own, which reads the file."""
    (project / "aws").write_text(f"[default]\nendpoint_url = {NOWHERE}\n")
    env = environment(AWS_CONFIG_FILE=str(project / "aws"), **KEYS)
    up = command("up", "--target", "aws")
    done = subprocess.run(up, cwd=project, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)
    says = "endpoint_url in the AWS profile leads to 127.0.0.1:1, which is not AWS"
    check_words(Ended(up, done.returncode, done.stdout, done.stderr), code=2, says=says, hint="take it out")


@pytest.mark.parametrize("error", ["InvalidClientTokenId", "ExpiredToken"])
def test_wrong_credentials(project: Path, error: str) -> None:
    body = f"<ErrorResponse><Error><Code>{error}</Code><Message>It is invalid.</Message></Error></ErrorResponse>"
    with answering(403, body.encode(), "text/xml") as url:
        env = environment(**played_by(url, "STS"), **KEYS)
        refused_in_words(
            project,
            *("down", "--yes", "--target", "aws"),
            code=1,
            says="credentials are not accepted: It is invalid",
            hint="AWS_PROFILE",
            env=env,
        )


# What goes well must not be noisy either.


@pytest.mark.parametrize("arguments", [["--help"], ["up", "--help"], ["-h"]], ids=" ".join)
def test_help(tmp_path: Path, arguments: list[str]) -> None:
    done = deploy(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: deploy.py" in done.stdout


def test_validate_as_json_names_what_there_would_be(project: Path) -> None:
    done = deploy("validate", "--json", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"qr.bucket.images", "qr.function.generator", "qr.rest_api.api"} <= set(done.json["resources"])


@pytest.mark.parametrize("arguments", [["--help"], ["validate"], ["schema"], ["graph"]])
def test_what_calls_nothing_does_not_wait_for_boto3(project: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", ROOT / "deploy.py", *arguments],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not {"boto3", "botocore"} & imported
