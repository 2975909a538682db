"""Taking over what was not made by this tool, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusal import refused, write_project
from tests.cli.terminal import in_terminal
from tests.conftest import Stack, StackMaker, command, deploy
from tests.launcher import Ended, environment, played_by

CONFIG = """\
project: shop
region: us-east-1
apps:
  till:
    buckets: {files: {}}
    functions: {bell: {source: code}}
    api: {routes: {GET /ring: bell}}
"""
ID = "till.bucket.files"


@pytest.fixture
def till(tmp_path: Path, stack: StackMaker) -> Stack:
    return stack(write_project(tmp_path / "project", CONFIG))


@pytest.fixture
def taken(till: Stack, client: Callable[[str], Any]) -> str:
    """The name of a bucket that somebody made before us."""
    (name,) = [change["name"] for change in till.json("plan")["changes"] if change["id"] == ID]
    client("s3").create_bucket(Bucket=name)
    client("s3").delete_public_access_block(Bucket=name)
    return str(name)


def tags(client: Callable[[str], Any], name: str) -> dict[str, str]:
    try:
        found = client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    except client("s3").exceptions.ClientError:
        return {}
    return {tag["Key"]: tag["Value"] for tag in found}


def test_it_shows_what_differs_and_says_what_comes_next(till: Stack, taken: str) -> None:
    done = till.run("adopt", ID)
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert first == f"~ {ID} update {taken}"
    assert f"Tags > skiff:id: (none) -> {ID}" in lines
    assert any(line.startswith("PublicAccessBlock: (none) -> ") for line in lines)
    assert lines[-1] == f"{ID} is this stack's now; make it as configured: python deploy.py up {' '.join(till.options)}"

    done = till.run("adopt", ID)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f"error: {ID}: '{taken}' is this stack's already"


def test_what_is_configured_so_already_is_said_to_be(till: Stack, taken: str, client: Callable[[str], Any]) -> None:
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    client("s3").put_public_access_block(Bucket=taken, PublicAccessBlockConfiguration=blocked)
    assert till.run("adopt", ID).stdout.splitlines()[-1] == f"{ID} is this stack's now, and as configured"


def test_what_is_another_stacks_stays_so(till: Stack, taken: str, client: Callable[[str], Any]) -> None:
    theirs = {"skiff:stack": "other/dev/us-east-1"}
    client("s3").put_bucket_tagging(
        Bucket=taken, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in theirs.items()]}
    )
    for name in (["adopt", ID], ["up"]):
        done = till.run(*name)
        assert done.returncode == 1
        first, hint = done.stderr.splitlines()
        assert first == f"error: {ID}: '{taken}' exists already and belongs to the stack 'other/dev/us-east-1'"
        assert "take it down there" in hint
        assert "adopt" not in hint
    assert tags(client, taken) == theirs
    client("s3").delete_bucket(Bucket=taken)


def test_what_is_not_there_cannot_be_taken_over(till: Stack) -> None:
    done = till.run("adopt", ID)
    assert done.returncode == 1
    assert f"{ID}: there is no 'shop-{till.stage}-till-files-" in done.stderr
    assert f"hint: 'up' makes it: python deploy.py up {' '.join(till.options)}" in done.stderr


@pytest.mark.parametrize(
    ("id", "says", "hint"),
    [
        ("till.bucket.fils", "'till.bucket.fils' is nothing in the configuration", "did you mean 'till.bucket.files'?"),
        ("till", "'till' is nothing in the configuration", "such as qr.bucket.images: 'status' prints the ids"),
        ("till.rest_api.api", "a rest_api cannot be taken over", "bucket, function, key, log_group, role"),
        ("till.permission.bell", "a permission cannot be taken over", "bucket, function"),
    ],
)
def test_misused(till: Stack, id: str, says: str, hint: str) -> None:
    refused(till.config.parent, "adopt", id, code=2, says=says, hint=hint)


def test_without_an_emulator_there_is_nothing(till: Stack, without_emulator: Callable[..., Ended]) -> None:
    done = without_emulator("adopt", ID, "--config", till.config)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: {ID}: there is nothing to take over: the emulator is not running" in done.stderr


def test_on_aws_it_asks(till: Stack, taken: str, client: Callable[[str], Any]) -> None:
    """The emulator in AWS's place."""
    arguments = ["adopt", ID, "--config", str(till.config), "--stage", till.stage, "--target", "aws"]
    aws = {**played_by(till.endpoint_url), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    env = environment(**aws)
    for more in ([], ["--json"]):
        done = deploy(*arguments, *more, env=env)
        assert done.returncode == 2
        assert f"'{taken}' would be taken over" in done.stdout + done.stderr
        assert "--yes" in done.stdout + done.stderr
    assert in_terminal(command(*arguments), "[y/N]", "n\n", **aws)[0] == 2
    assert tags(client, taken) == {}
    code, shown = in_terminal(command(*arguments), "[y/N]", "y\n", **aws)
    assert code == 0
    assert f"Take over '{taken}'? [y/N]: " in shown
    assert shown.index("PublicAccessBlock") < shown.index("Take over")
    assert tags(client, taken)["skiff:id"] == ID

    client("s3").delete_bucket_tagging(Bucket=taken)
    assert deploy(*arguments, "--yes", env=env).returncode == 0
    assert tags(client, taken)["skiff:id"] == ID
