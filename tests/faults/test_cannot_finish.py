"""A run that cannot finish says what is done, what is not, and why; the rest is done."""

from __future__ import annotations

import pytest

from tests.faults.world import World
from tests.plans import first
from tests.proxy import Plan, refuse

ALWAYS = 10_000
DENIED = refuse(403, "AccessDeniedException", "User is not authorized to perform this operation")


def denied(name: str) -> Plan:
    return first(ALWAYS, name, DENIED)


@pytest.mark.parametrize(
    ("operation", "failed", "skipped"),
    [
        ("lambda.CreateFunction", {"qr.function.generator"}, {"qr.permission.generator"}),
        ("apigateway.PutRestApi", {"qr.rest_api.api"}, {"qr.permission.generator", "qr.settings.site"}),
        ("logs.PutRetentionPolicy", {"qr.log_group.generator"}, {"qr.function.generator", "qr.permission.generator"}),
        ("s3.PutBucketPolicy", {"qr.bucket.images", "qr.site.site"}, {"qr.settings.site"}),
    ],
)
def test_what_depends_on_nothing_that_failed_is_done(
    world: World, operation: str, failed: set[str], skipped: set[str]
) -> None:
    ended = world.run("up", "qr", "--json", plan=denied(operation))
    assert ended.returncode == 1
    document = ended.json
    results = {change["id"]: change["result"] for change in document["changes"]}
    assert {id for id, result in results.items() if result == "failed"} == failed
    assert {id for id, result in results.items() if result == "skipped"} == skipped
    assert "done" in results.values()
    assert f"{list(results.values()).count('done')} of {len(results)} changes are done" in document["error"]["message"]
    name = operation.partition(".")[2]
    for change in document["changes"]:
        if change["id"] in failed:
            assert change["error"].startswith(f"{name}: AccessDenied"), change["error"]
    left = {change["id"] for change in world.run("plan", "--json", "qr").json["changes"]}
    assert left == failed | skipped  # what was said to be done is


def test_people_are_told_what_is_not_done_and_why(world: World) -> None:
    ended = world.run("up", "qr", plan=denied("lambda.CreateFunction"))
    assert ended.returncode == 1
    reason, hint, end = ended.stderr.splitlines()
    assert reason.startswith("error: qr.function.generator: CreateFunction: AccessDenied")
    assert hint == "hint: the credentials need the permission lambda:CreateFunction"
    assert end.startswith("error: ")
    assert end.endswith("running the same command again continues")
    shown = {line.split()[1]: line.split()[2:] for line in ended.stdout.splitlines() if line.startswith("  + ")}
    assert shown["qr.function.generator"] == ["failed"]
    assert shown["qr.permission.generator"] == ["not", "begun"]
    assert shown["qr.rest_api.api"][0] == "created"


def test_a_deletion_that_is_refused(world: World) -> None:
    world.does("up", "qr")
    ended = world.run("down", "--json", plan=denied("lambda.DeleteFunction"))
    assert ended.returncode == 1
    results = {change["id"]: change["result"] for change in ended.json["changes"]}
    assert results["qr.function.generator"] == "failed"
    assert {id for id, result in results.items() if result == "skipped"} == {
        "qr.log_group.generator",
        "qr.role.generator",
    }
    assert [each.split()[0] for each in world.left()] == ["function", "log", "role"]
    world.goes_down()


@pytest.mark.parametrize("operation", ["kms.ListKeys", "s3.ListBuckets", "iam.ListRoles"])
def test_what_cannot_be_seen_ends_it_before_anything_is_changed(world: World, operation: str) -> None:
    ended = world.run("up", "qr", plan=denied(operation))
    assert (ended.returncode, world.left()) == (1, [])
    error, hint = ended.stderr.splitlines()
    assert error.startswith(f"error: {operation.partition('.')[2]}: AccessDenied")
    assert "permission" in hint
