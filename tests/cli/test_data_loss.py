"""Data is never lost in passing: 'up' stops before it deletes what holds some, and what is to be kept stays."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployer import deployment
from deployer.errors import UsageError
from deployer.run import Run
from tests.cli.refusal import write_project
from tests.cli.terminal import in_terminal
from tests.conftest import Stack, StackMaker, command, deploy
from tests.launcher import environment, played_by

HEAD = "project: shop\nregion: us-east-1\napps:\n  till:\n"
FULL = """\
    keys: {secrets: {}}
    buckets: {files: {encryption: secrets, versioning: true}, notes: {}}
"""
EMPTY = "    buckets: {}\n"
BUCKETS = "    buckets: {files: {}, notes: {}}\n"


@pytest.fixture
def till(tmp_path: Path, stack: StackMaker) -> Stack:
    return stack(write_project(tmp_path / "project", HEAD + FULL))


def edit(till: Stack, app: str) -> None:
    till.config.write_text(HEAD + app)


def bucket(till: Stack, name: str) -> str:
    found: str = till.json("outputs")["outputs"]["till"][f"buckets.{name}.name"]
    return found


def fill(client: Callable[[str], Any], name: str, *sizes: int, key: str = "a") -> None:
    for size in sizes:
        client("s3").put_object(Bucket=name, Key=key, Body=b"x" * size)


def names(client: Callable[[str], Any]) -> list[str]:
    return [each["Name"] for each in client("s3").list_buckets()["Buckets"]]


def test_up_stops_and_says_what_would_be_lost(till: Stack, client: Callable[[str], Any]) -> None:
    till.json("up")
    files, notes = bucket(till, "files"), bucket(till, "notes")
    fill(client, files, 1_200_000, 800_000)  # two versions of one object
    edit(till, EMPTY)
    ended = till.run("up")
    assert ended.returncode == 1
    error, hint = ended.stderr.splitlines()
    lost = r"till\.bucket\.files holds 2 objects, 2\.0 MB; till\.key\.secrets holds all that is encrypted with it"
    assert re.fullmatch(rf"error: data would be lost: {lost}", error), error
    assert f"python deploy.py up --config {till.config} --stage {till.stage}" in hint
    assert "--allow-data-loss" in hint
    assert "'keep: true'" in hint
    assert {files, notes} <= set(names(client)), "nothing is changed, not even what is empty"
    document = till.run("up", "--json").json
    assert document["error"]["losses"]["till.bucket.files"] == "2 objects, 2.0 MB"


def test_also_when_its_id_is_lost(till: Stack, client: Callable[[str], Any]) -> None:
    """A bucket, of which nobody can tell any more that it is no site."""
    edit(till, BUCKETS)
    till.json("up")
    files = bucket(till, "files")
    fill(client, files, 10)
    tags = [tag for tag in client("s3").get_bucket_tagging(Bucket=files)["TagSet"] if tag["Key"] == "skiff:stack"]
    client("s3").put_bucket_tagging(Bucket=files, Tagging={"TagSet": tags})
    edit(till, EMPTY)
    ended = till.run("up")
    assert ended.returncode == 1, ended.stdout
    assert "holds 1 object, 10 bytes" in ended.stderr
    assert files in names(client)


def test_with_a_clear_yes_it_goes(till: Stack, client: Callable[[str], Any]) -> None:
    till.json("up")
    files = bucket(till, "files")
    fill(client, files, 10)
    edit(till, EMPTY)
    ends = {change["id"]: change["result"] for change in till.json("up", "--allow-data-loss")["changes"]}
    assert ends == {"till.bucket.files": "done", "till.bucket.notes": "done", "till.key.secrets": "done"}
    assert files not in names(client)


def test_what_would_be_lost_is_counted_once(
    till: Stack, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the guard, or by the question where there is no guard."""
    edit(till, BUCKETS)
    till.json("up")
    variables = {**played_by(till.endpoint_url), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    edit(till, EMPTY)
    run = Run(till.config, till.stage, "aws", None, True, ())
    aws, found = deployment.planned(run, run.config.select(()))
    for found.careful, counted in ((True, 0), (False, 2)):
        if found.careful:
            deployment.guard(run, aws, found)
        before = aws.calls.reading
        with pytest.raises(UsageError, match="2 resources would be deleted"):
            deployment.asked(run, aws, found, yes=False)
        assert aws.calls.reading - before == counted


LOGGING = """\
    functions: {bell: {source: code}, gong: {source: code}}
"""


def log(client: Callable[[str], Any], group: str) -> None:
    client("logs").create_log_stream(logGroupName=group, logStreamName="a")
    events: Any = [{"timestamp": int(time.time() * 1000), "message": "x" * 1974}]  # and 26 bytes for its time
    client("logs").put_log_events(logGroupName=group, logStreamName="a", logEvents=events)


def test_what_functions_logged_on_aws_is_not_lost_in_passing(till: Stack, client: Callable[[str], Any]) -> None:
    """The emulator in AWS's place: what is logged in an emulator goes with the function."""
    options = ["--config", till.config, "--stage", till.stage, "--target", "aws"]
    env = environment(**played_by(till.endpoint_url), AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    edit(till, LOGGING)
    assert deploy("up", *options, env=env).returncode == 0
    names = [f"/aws/lambda/shop-{till.stage}-till-{name}" for name in ("bell", "gong")]
    log(client, names[0])
    edit(till, EMPTY)
    ended = deploy("up", *options, "--yes", env=env)
    assert ended.returncode == 1
    lost = "till.log_group.bell holds log lines, 2.0 kB"
    error, hint = ended.stderr.splitlines()
    assert error == f"error: data would be lost: {lost}", "what is empty, as the other's, is nothing to lose"
    assert "--allow-data-loss" in hint
    assert "keep" not in hint, "a log group cannot be kept"
    found = client("logs").describe_log_groups(logGroupNamePrefix=names[0])["logGroups"]
    assert [group["logGroupName"] for group in found] == names[:1]
    ended = deploy("down", *options, env=env)
    assert (ended.returncode, lost.replace(" holds", ":") in ended.stderr) == (2, True)
    assert till.json("plan")["losses"] == {}
    assert till.json("up")["changes"]


def test_what_is_empty_goes_without_a_word(till: Stack, client: Callable[[str], Any]) -> None:
    edit(till, BUCKETS)
    till.json("up")
    edit(till, EMPTY)
    assert len(till.json("up")["changes"]) == 2


def test_a_deleted_object_that_left_a_marker_is_nothing_to_lose(till: Stack, client: Callable[[str], Any]) -> None:
    edit(till, "    buckets: {notes: {versioning: true}}\n")
    till.json("up")
    client("s3").delete_object(Bucket=bucket(till, "notes"), Key="never-there")
    edit(till, EMPTY)
    assert len(till.json("up")["changes"]) == 1


def test_down_on_this_machine_just_does_it(till: Stack, client: Callable[[str], Any]) -> None:
    till.json("up")
    files = bucket(till, "files")
    fill(client, files, 10)
    assert till.json("down")["kept"] == {}
    assert files not in names(client)


def test_what_is_to_be_kept_stays_until_it_is_not(till: Stack, client: Callable[[str], Any]) -> None:
    keeping = "    buckets: {files: {keep: true}, notes: {}}\n"
    edit(till, keeping)
    till.json("up")
    files, notes = bucket(till, "files"), bucket(till, "notes")
    fill(client, files, 10)
    edit(till, EMPTY)
    assert till.json("plan")["kept"] == {"till.bucket.files": files}
    ended = till.run("up")
    assert ended.returncode == 0, ended.stderr
    assert re.search(rf"= till\.bucket\.files +kept +{files}", ended.stdout)
    assert till.run("up", "--allow-data-loss").returncode == 0
    edit(till, keeping)
    ended = till.run("down")
    assert re.search(rf"= till\.bucket\.files +kept +{files}", ended.stdout)
    assert (files in names(client), notes in names(client)) == (True, False)
    assert client("s3").get_object(Bucket=files, Key="a")["Body"].read() == b"x" * 10

    up = till.json("up")
    assert [change["id"] for change in up["changes"]] == ["till.bucket.notes"], "it is found again"
    edit(till, BUCKETS)
    till.json("up")
    till.json("down")
    assert files not in names(client)


def test_a_kept_key_stays_usable(till: Stack, client: Callable[[str], Any]) -> None:
    edit(till, "    keys: {secrets: {keep: true}}\n    buckets: {files: {encryption: secrets, keep: true}}\n")
    till.json("up")
    fill(client, bucket(till, "files"), 10)
    key = till.json("outputs")["outputs"]["till"]["keys.secrets.id"]
    assert till.json("down")["kept"].keys() == {"till.bucket.files", "till.key.secrets"}
    assert client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    edit(till, "    keys: {secrets: {}}\n    buckets: {files: {encryption: secrets}}\n")
    till.json("up")


def test_a_kept_bucket_needs_a_kept_key(till: Stack) -> None:
    edit(till, "    keys: {secrets: {}}\n    buckets: {files: {encryption: secrets, keep: true}}\n")
    ended = deploy("validate", "--config", till.config)
    assert ended.returncode == 2
    assert "'files' is kept, but nobody could read it without its key 'secrets', which is not" in ended.stderr


def test_keys_of_objects_may_be_anything(till: Stack, client: Callable[[str], Any]) -> None:
    edit(till, BUCKETS)
    till.json("up")
    files = bucket(till, "files")
    for key in ("bell\x07", "<&>", "ü/…", "a b+c%20"):
        fill(client, files, 1, key=key)
    till.json("down")
    assert files not in names(client)


def test_what_changes_before_the_answer_is_not_deleted_on_an_old_yes(till: Stack, client: Callable[[str], Any]) -> None:
    edit(till, BUCKETS)
    till.json("up")
    files, notes = bucket(till, "files"), bucket(till, "notes")
    down = command("down", "--config", till.config, "--stage", till.stage, "--target", "aws")
    aws = {**played_by(till.endpoint_url), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    code, shown = in_terminal(down, "[y/N]", "y\n", lambda: client("s3").delete_bucket(Bucket=notes), **aws)
    assert code == 1, shown
    assert "something else has changed meanwhile: nothing was deleted" in shown
    assert files in names(client)
    code, shown = in_terminal(down, "[y/N]", "y\n", **aws)
    assert (code, files in names(client)) == (0, False), shown


def test_on_aws_it_asks_and_says_what_is_held(till: Stack, client: Callable[[str], Any]) -> None:
    """The emulator in AWS's place; without a terminal only --yes answers."""
    options = ["--config", till.config, "--stage", till.stage, "--target", "aws"]
    env = environment(**played_by(till.endpoint_url), AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    edit(till, BUCKETS)
    up = deploy("up", *options, "--json", env=env)
    assert up.returncode == 0, up.stdout
    fill(client, up.json["outputs"]["till"]["buckets.files.name"], 10)
    ended = deploy("down", *options, env=env)
    assert ended.returncode == 2
    assert "2 resources would be deleted with all they hold (till.bucket.files: 1 object, 10 bytes)" in ended.stderr
    edit(till, EMPTY)
    assert deploy("up", *options, "--yes", env=env).returncode == 1, "a yes to deletions is none to losing data"
    assert deploy("up", *options, "--yes", "--allow-data-loss", env=env).returncode == 0
    assert json.loads(deploy("down", *options, "--yes", "--json", env=env).stdout)["changes"] == []
