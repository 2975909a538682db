"""How each resource stands, as people and programs see it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusal import write_project
from tests.conftest import Stack, StackMaker
from tests.launcher import Ended
from tests.proxy import all_well, proxying

CONFIG = """\
project: shop
region: us-east-1
apps:
  till:
    buckets: {files: {}, notes: {}}
    keys: {secrets: {}}
    functions: {bell: {source: code}}
    api: {routes: {GET /ring: bell}}
    site: {pages: pages, settings: {api: "${api.url}"}}
  cellar:
    buckets: {wine: {}}
"""

WithoutEmulator = Callable[..., Ended]

# What AWS tells no time of.
TIMELESS = {"till.permission.bell"}


@pytest.fixture
def till(tmp_path: Path, stack: StackMaker) -> Stack:
    config = write_project(tmp_path / "project", CONFIG)
    (config.parent / "pages").mkdir()
    (config.parent / "pages" / "index.html").write_text("<!doctype html><title>Till</title>")
    return stack(config)


def states(till: Stack, *apps: str) -> dict[str, tuple[str, list[str]]]:
    """Id to state and differences."""
    return {each["id"]: (each["state"], each["differences"]) for each in till.json("status", *apps)["resources"]}


def test_from_missing_to_configured(till: Stack) -> None:
    missing = states(till)
    assert missing == dict.fromkeys(missing, ("missing", []))
    before = datetime.now(UTC) - timedelta(seconds=2)  # times are told in seconds, some of them cut off
    up = till.json("up")
    assert {change["id"] for change in up["changes"]} == missing.keys()

    document = till.json("status")
    assert states(till) == dict.fromkeys(missing, ("as configured", []))
    assert document["outputs"] == up["outputs"]
    assert {(each["id"], each["name"]) for each in document["resources"]} == {
        (change["id"], change["name"]) for change in up["changes"]
    }
    assert all(each["kind"] == each["id"].split(".")[1] for each in document["resources"])
    changed = {each["id"]: each["changed"] for each in document["resources"]}
    assert {id for id, at in changed.items() if at is None} == TIMELESS
    for id, at in changed.items():
        assert at is None or before <= datetime.fromisoformat(at) <= datetime.now(UTC), id
    assert states(till, "cellar") == {"cellar.bucket.wine": ("as configured", [])}


def test_times_move_with_changes(till: Stack) -> None:
    """Of what AWS tells when it was changed; of all others when they were created, for good."""
    till.json("up")
    first = {each["id"]: each["changed"] for each in till.json("status")["resources"]}
    code, page = till.config.parent / "code" / "app.py", till.config.parent / "pages" / "index.html"
    code.write_text(code.read_text() + "# changed\n")
    page.write_text(page.read_text() + "<p>changed")
    till.config.write_text(
        CONFIG.replace("GET /ring", "GET /again").replace("keys: {secrets: {}}", "keys: {secrets: {rotate: false}}")
    )
    time.sleep(1.1)  # of which times are told
    till.json("up")
    second = {each["id"]: each["changed"] for each in till.json("status")["resources"]}
    assert {id for id in first if first[id] != second[id]} == {
        "till.function.bell",
        "till.rest_api.api",
        "till.site.site",
    }


def test_what_others_did_is_seen_and_nothing_is_an_error(till: Stack, client: Callable[[str], Any]) -> None:
    up = till.json("up")
    name = {change["id"]: change["name"] for change in up["changes"]}
    s3 = client("s3")
    s3.delete_bucket(Bucket=name["till.bucket.files"])
    s3.create_bucket(Bucket=name["till.bucket.files"])
    s3.delete_bucket_tagging(Bucket=name["till.bucket.files"])  # LocalStack keeps those of the former
    s3.put_bucket_versioning(Bucket=name["till.bucket.notes"], VersioningConfiguration={"Status": "Enabled"})
    s3.delete_public_access_block(Bucket=name["till.bucket.notes"])
    client("logs").delete_log_group(logGroupName=name["till.log_group.bell"])
    till.config.write_text(CONFIG.partition("  cellar:")[0])
    found = {id: state for id, state in states(till).items() if state[0] != "as configured"}
    assert found == {
        "till.bucket.files": ("not ours", []),
        "till.bucket.notes": ("differs", ["PublicAccessBlock", "Versioning"]),
        "till.log_group.bell": ("missing", []),
        "cellar.bucket.wine": ("not declared", []),
    }
    assert "cellar.bucket.wine" not in states(till, "till"), "which is of another app"

    done = till.run("status")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines.index("PublicAccessBlock, Versioning") == 1 + next(
        index for index, line in enumerate(lines) if line.startswith("~ till.bucket.notes differs created ")
    )
    assert f"+ till.log_group.bell missing {name['till.log_group.bell']}" in lines
    assert f"- cellar.bucket.wine not declared {name['cellar.bucket.wine']}" in lines
    assert f"till.bucket.files: '{name['till.bucket.files']}' exists already and was not made by this tool" in lines
    options = " ".join(till.options)
    assert f"take it over: python deploy.py adopt {options} till.bucket.files" in lines
    assert f"what 'up' would do: python deploy.py plan {options}" in lines
    assert any(line.startswith("till.site.url http") for line in lines)
    assert not any(line.startswith("till.buckets.files.name") for line in lines), "what is not ours is no output"
    s3.delete_bucket(Bucket=name["till.bucket.files"])


def test_what_belongs_to_another_stack_is_named(till: Stack, client: Callable[[str], Any]) -> None:
    name = {change["id"]: change["name"] for change in till.json("up")["changes"]}
    tags = [{"Key": "skiff:stack", "Value": "other/dev/us-east-1"}]
    client("s3").put_bucket_tagging(Bucket=name["till.bucket.files"], Tagging={"TagSet": tags})
    assert states(till)["till.bucket.files"] == ("not ours", [])
    done = till.run("status")
    assert "exists already and belongs to the stack 'other/dev/us-east-1'" in done.stdout
    assert "adopt" not in done.stdout
    client("s3").delete_bucket(Bucket=name["till.bucket.files"])


def test_it_reads_no_more_than_plan(till: Stack) -> None:
    till.json("up")
    with proxying(till.endpoint_url) as (url, proxy):
        seen = replace(till, endpoint_url=url)
        calls = {}
        for name in ("plan", "status"):
            proxy.play(all_well)
            seen.json(name)
            assert proxy.writing == []
            calls[name] = sorted(call.name for call in proxy.calls)
    assert calls["status"] == calls["plan"]


def test_without_an_emulator_nothing_is_deployed(till: Stack, without_emulator: WithoutEmulator) -> None:
    done = without_emulator("status", "--config", till.config)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the emulator is not running: nothing is deployed\n"
    assert without_emulator("status", "--json", "--config", till.config).json == {"resources": [], "outputs": {}}
    assert without_emulator("status", "nothing", "--config", till.config).returncode == 2


def test_a_project_without_resources(tmp_path: Path, stack: StackMaker) -> None:
    made = stack(write_project(tmp_path / "project", "project: shop\nregion: us-east-1\napps: {till: {}}\n"))
    done = made.run("status")
    assert (done.returncode, done.stdout.split("\n")[-2]) == (0, "0 resources")
