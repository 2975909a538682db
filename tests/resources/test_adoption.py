"""Whatever has the name of one of ours and was not made by us can be taken over: that marks it, and does no more."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from deployer import config
from deployer.aws import Aws
from deployer.plan import declare
from deployer.resource import Resource, kinds, tag_list
from tests.cli.refusal import write_project
from tests.conftest import Stack, StackMaker
from tests.proxy import proxying

HEAD = "project: shop\nregion: us-east-1\napps:\n  web:\n    "
BUCKET = "buckets: {one: {versioning: true}}\n"
FUNCTION = "functions: {one: {source: code, environment: {COLOUR: green}}}\n"
KEY = "keys: {one: {description: ours}}\n"
SITE = 'site: {pages: pages, settings: {region: "${site.region}"}}\n'
THEIRS = {"team": "another"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

Client = Callable[[str], Any]
Shop = Callable[[str], Stack]


def _bucket(client: Client, name: str) -> None:
    client("s3").create_bucket(Bucket=name)
    client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(THEIRS)})
    client("s3").put_object(Bucket=name, Key="theirs.txt", Body=b"theirs")


def _function(client: Client, name: str) -> None:
    _role(client, f"{name}-theirs")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def theirs(event, context): ...")
    client("lambda").create_function(
        FunctionName=name,
        Role=client("iam").get_role(RoleName=f"{name}-theirs")["Role"]["Arn"],
        Runtime="python3.11",
        Handler="app.theirs",
        Code={"ZipFile": buffer.getvalue()},
        Environment={"Variables": {"TOKEN": "hunter2"}},
        Tags=THEIRS,
    )
    client("lambda").get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _role(client: Client, name: str) -> None:
    iam, everything = client("iam"), {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=tag_list(THEIRS))
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName=name, PolicyName="theirs", PolicyDocument=document)
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def _log_group(client: Client, name: str) -> None:
    client("logs").create_log_group(logGroupName=name, tags=THEIRS)


def _key(client: Client, name: str) -> None:
    tags = [{"TagKey": key, "TagValue": value} for key, value in THEIRS.items()]
    key = client("kms").create_key(Description="theirs", Tags=tags)["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName=name, TargetKeyId=key)
    client("kms").disable_key(KeyId=key)


# Kind to the section that asks for one, and what makes something of the same name.
FOREIGN = {
    "bucket": (BUCKET, _bucket),
    "function": (FUNCTION, _function),
    "key": (KEY, _key),
    "log_group": (FUNCTION, _log_group),
    "role": (FUNCTION, _role),
}


@pytest.fixture
def shop(stack: StackMaker, tmp_path: Path) -> Callable[[str], Stack]:
    """A stack of one section, and nothing is up yet."""

    def make(section: str) -> Stack:
        made = write_project(tmp_path / "project", HEAD + section)
        (made.parent / "pages").mkdir()
        (made.parent / "pages" / "index.html").write_text("<!doctype html><title>Ours</title>")
        return stack(made)

    return make


def _declared(shop: Stack, kind: str) -> tuple[Aws, Resource]:
    found = config.read(shop.config, shop.stage)
    aws = Aws(found.stack(shop.endpoint_url))
    aws = aws.at(aws.identify())
    resources = declare(found.declared(aws.stack, found.select(())))
    return aws, next(resource for resource in resources.values() if resource.kind == kind)


def _but_tags(have: Any) -> Any:
    return {key: value for key, value in have.items() if key not in ("Tags", "Changed")}


@pytest.mark.parametrize("kind", [kind.kind for kind in kinds() if kind.adoptable])
def test_it_is_refused_then_marked_then_made_as_configured(shop: Shop, client: Client, kind: str) -> None:
    section, make = FOREIGN[kind]
    made = shop(section)
    aws, resource = _declared(made, kind)
    id, name = resource.id, resource.physical
    make(client, name)
    before = resource.observe(aws, name)
    assert before is not None

    refused = made.run("up", "--json")
    assert refused.returncode == 1
    assert f"{id}: '{name}' exists already" in refused.json["error"]["message"]
    assert f"adopt --config {made.config} --stage {made.stage}" in refused.json["error"]["hint"]
    assert refused.json["error"]["hint"].endswith(f" {id}")
    assert resource.observe(aws, name) == before
    assert {each["id"] for each in made.json("status")["resources"] if each["state"] == "not ours"} == {id}

    with proxying(made.endpoint_url) as (url, proxy):
        adopted = replace(made, endpoint_url=url).json("adopt", id)["adopted"]
        assert [call.operation for call in proxy.writing] in (["PutBucketTagging"], ["TagResource"], ["TagRole"])
    assert (adopted["id"], adopted["name"]) == (id, name)
    assert adopted["properties"].keys() > {"Tags"}
    assert "hunter2" not in json.dumps(adopted)
    after = resource.observe(aws, name)
    assert after is not None
    assert _but_tags(after) == _but_tags(before)
    assert after["Tags"] == THEIRS | resource.tags

    made.json("up")
    assert made.run("plan", "--check").returncode == 0
    ours = resource.observe(aws, name)
    assert ours is not None
    assert ours["Tags"].items() >= resource.tags.items()
    made.json("down")
    assert resource.observe(aws, name) is None


def test_every_kind_that_can_be_taken_over_is_tried() -> None:
    assert FOREIGN.keys() == {kind.kind for kind in kinds() if kind.adoptable}


def test_a_bucket_that_a_site_would_empty_is_not_taken_over(shop: Shop, client: Client) -> None:
    made = shop(SITE)
    aws, resource = _declared(made, "site")
    _bucket(client, resource.physical)
    refused = made.run("up")
    assert refused.returncode == 1
    assert "was not made by this tool" in refused.stderr
    assert "adopt" not in refused.stderr
    refused = made.run("adopt", resource.id)
    assert (refused.returncode, "a site cannot be taken over" in refused.stderr) == (2, True)
    resource.delete(aws, resource.physical)


def test_a_key_that_took_the_alias_of_ours_is_not_taken_over(shop: Shop, client: Client) -> None:
    """There would be two, and the next 'up' would delete the younger."""
    made = shop(KEY)
    made.json("up")
    _, resource = _declared(made, "key")
    ours = client("kms").describe_key(KeyId=resource.physical)["KeyMetadata"]["KeyId"]
    theirs = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").update_alias(AliasName=resource.physical, TargetKeyId=theirs)
    done = made.run("adopt", resource.id)
    assert done.returncode == 1
    assert "leads to another one than this stack's own" in done.stderr
    assert client("kms").list_resource_tags(KeyId=theirs)["Tags"] == []
    client("kms").update_alias(AliasName=resource.physical, TargetKeyId=ours)
    assert made.run("plan", "--check").returncode == 0


def test_a_bucket_of_another_account_is_told(shop: Shop) -> None:
    """Its name is taken, and no listing of ours shows it: one of ours that was deleted may have become theirs."""
    made = shop(SITE)
    made.json("up")
    aws, resource = _declared(made, "site")
    resource.delete(aws, resource.physical)
    keys = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    other = boto3.client("s3", endpoint_url=made.endpoint_url, **keys)
    other.create_bucket(Bucket=resource.physical)
    other.put_object(Bucket=resource.physical, Key="settings.json", Body=b"theirs")
    assert {each["id"] for each in made.json("status")["resources"] if each["state"] == "missing"} == {
        "web.site.site",
        "web.settings.site",
    }
    done = made.run("up")
    assert done.returncode == 1
    assert f"web.site.site: the name '{resource.physical}' is taken by a bucket of another account" in done.stderr
    assert "hint: rename" in done.stderr
    assert [item["Key"] for item in other.list_objects_v2(Bucket=resource.physical)["Contents"]] == ["settings.json"]
    other.delete_object(Bucket=resource.physical, Key="settings.json")
    other.delete_bucket(Bucket=resource.physical)
    other.close()
