from __future__ import annotations

import dataclasses
import json
import os
from typing import Any

import pytest

from deployer.config import read
from deployer.errors import ConfigError, Foreign, PackageError
from deployer.plan import declare
from deployer.resources.site import File
from tests.resources import buckets
from tests.resources.worlds import World, answer, changes

CONFIG = """
buckets:
  files: {}
site:
  pages: pages
  settings: {bucket: "${buckets.files.name}"}
"""
EDITED = """
buckets:
  files: {}
site:
  pages: [pages, more]
  settings: {greeting: hello}
"""


def _files(world: World, name: str, files: Any) -> Any:
    """What is there afterwards: other content has an ETag of its own."""
    s3, files = world.client("s3"), files or {}
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=name)["Contents"] if item["Key"] != "settings.json"]
    found = [s3.get_object(Bucket=name, Key=key) for key in keys]
    bodies = {each["ETag"].strip('"'): each["Body"].read() for each in found}
    for key in set(keys) - set(files):
        s3.delete_object(Bucket=name, Key=key)
    return {key: _put(s3, name, key, file, bodies.get(file.etag, b"by hand")) for key, file in files.items()}


def _put(s3: Any, name: str, key: str, file: File, body: bytes) -> File:
    others = dict(other.split(": ") for other in file.others)
    put = s3.put_object(Bucket=name, Key=key, Body=body, ContentType=file.type, CacheControl=file.cache, **others)
    return dataclasses.replace(file, etag=put["ETag"].strip('"'))


def LOOK(world: World, name: str) -> Any:
    s3 = world.client("s3")
    objects = answer(s3.list_objects_v2, Bucket=name).get("Contents", [])
    heads = {each["Key"]: answer(s3.head_object, Bucket=name, Key=each["Key"]) for each in objects}
    return buckets.look(world, name), heads


WRITE = {
    **buckets.WRITE,
    "Website": buckets.part("bucket_website", lambda website: {"WebsiteConfiguration": website}),
    "Files": _files,
}
OTHER = {
    **buckets.OTHER,
    r"Policy\.Statement\[0\]\.Effect changed": "Deny",
    r"Website added": {
        "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}]
    },
    r"Files\..*\.others changed": ("ContentLanguage: de", "WebsiteRedirectLocation: /elsewhere"),
}
IMPOSSIBLE = {
    **buckets.IMPOSSIBLE,
    r"Website\.IndexDocument(\.Suffix)? removed|Website\.ErrorDocument\.Key removed": "it has it",
    r"Website\.(IndexDocument|ErrorDocument) added": "it holds one thing",
}
FOREIGN = buckets.foreign


def _up(world: World, sections: str = CONFIG) -> tuple[Any, str]:
    aws, outcomes = world.up(sections)
    names = {outcome.change.kind.kind: outcome.change.name for outcome in outcomes}
    return aws, names.get("site", "")


def _sent(world: World) -> list[str]:
    """Keys that the next ``up`` writes."""
    aws, _ = world.aws(CONFIG)
    keys: list[str] = []
    events = aws.client("s3").meta.events

    def note(params: Any, **_: Any) -> None:
        keys.append(params["Key"])

    events.register("provide-client-params.s3.PutObject", note)
    world.up(CONFIG)
    events.unregister("provide-client-params.s3.PutObject", note)
    return keys


def test_every_file_has_its_content_type_and_says_how_long_it_keeps(world: World) -> None:
    pages = world.folder / "pages"
    for name in (
        "app.js",
        "icon.svg",
        "app.3f2a9c1e.js",
        "a.3f2a9c1e.html",
        "of-20261121.css",
        "data",
        "fonts/one.woff2",
        ".DS_Store",
        ".git/config",
        "index.html~",
        "style.css.swp",
        "node_modules/x.js",
    ):
        (pages / name).parent.mkdir(exist_ok=True)
        (pages / name).write_text("x")
    aws, name = _up(world)
    keys = [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=name)["Contents"]]
    heads = {key: aws.client("s3").head_object(Bucket=name, Key=key) for key in keys}
    assert {key: (head["ContentType"], head["CacheControl"]) for key, head in heads.items()} == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "style.css": ("text/css; charset=utf-8", "no-cache"),
        "app.js": ("text/javascript; charset=utf-8", "no-cache"),
        "app.3f2a9c1e.js": ("text/javascript; charset=utf-8", "max-age=31536000, immutable"),
        "a.3f2a9c1e.html": ("text/html; charset=utf-8", "no-cache"),
        "of-20261121.css": ("text/css; charset=utf-8", "no-cache"),
        "icon.svg": ("image/svg+xml", "no-cache"),
        "data": ("application/octet-stream", "no-cache"),
        "fonts/one.woff2": ("font/woff2", "no-cache"),
        "settings.json": ("application/json", "no-store"),
    }


def test_only_what_changed_is_uploaded_and_what_was_removed_goes(world: World) -> None:
    pages = world.folder / "pages"
    (pages / "old.html").write_text("old")
    aws, name = _up(world)
    (pages / "style.css").write_text("body { color: blue }\n")
    (pages / "new.html").write_text("new")
    (pages / "old.html").unlink()
    assert sorted(_sent(world)) == ["new.html", "style.css"]
    found = {item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=name)["Contents"]}
    assert found == {"index.html", "style.css", "new.html", "settings.json"}
    assert aws.client("s3").get_object(Bucket=name, Key="style.css")["Body"].read() == b"body { color: blue }\n"
    assert _sent(world) == []


def test_a_header_that_another_client_changed_is_put_right(world: World) -> None:
    aws, name = _up(world)
    s3 = aws.client("s3")
    s3.put_object(Bucket=name, Key="style.css", Body=b"body { color: green }\n", ContentType="text/plain")
    settings = s3.get_object(Bucket=name, Key="settings.json")["Body"].read()
    s3.put_object(Bucket=name, Key="settings.json", Body=settings, ContentType="application/json")
    assert sorted(_sent(world)) == ["settings.json", "style.css"]
    assert s3.head_object(Bucket=name, Key="style.css")["ContentType"] == "text/css; charset=utf-8"
    assert s3.head_object(Bucket=name, Key="settings.json")["CacheControl"] == "no-store"


def test_a_redirect_that_another_client_put_on_a_page_goes(world: World) -> None:
    aws, name = _up(world)
    s3, body = aws.client("s3"), b"body { color: green }\n"
    same = {"ContentType": "text/css; charset=utf-8", "CacheControl": "no-cache"}
    s3.put_object(Bucket=name, Key="style.css", Body=body, WebsiteRedirectLocation="/elsewhere", **same)
    assert _sent(world) == ["style.css"]
    assert "WebsiteRedirectLocation" not in s3.head_object(Bucket=name, Key="style.css")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda pages: (pages / "a\nb.txt").write_text("x"), r"'a\\nb\.txt' cannot be a key in S3"),
        (lambda pages: (pages / "gone.css").symlink_to("nowhere"), r"gone\.css' is no file that can be read"),
        (
            lambda pages: (pages / "out.css").symlink_to(pages.parent / "config.yaml"),
            r"out\.css' leads out of the",
        ),
        (lambda pages: os.mkfifo(pages / "pipe"), "pipe' is no file that can be read"),
    ],
)
def test_what_no_site_can_hold_is_refused_by_name(world: World, make: Any, says: str) -> None:
    make(world.folder / "pages")
    with pytest.raises(PackageError, match=says):
        world.plan(CONFIG)


def test_pages_find_what_is_deployed_in_their_settings(world: World) -> None:
    aws, name = _up(world)
    _, made = world.plan(CONFIG)
    settings = json.loads(aws.client("s3").get_object(Bucket=name, Key="settings.json")["Body"].read())
    assert settings == {"bucket": made.outputs()["demo"]["buckets.files.name"]}


def test_of_several_folders_a_later_one_wins(world: World) -> None:
    (world.folder / "pages" / "index.html").unlink()
    (world.folder / "own").mkdir()
    (world.folder / "own" / "index.html").write_text("<!doctype html><title>Own</title>")
    (world.folder / "own" / "style.css").write_text("body { color: red }\n")
    (world.folder / "pages" / "base.js").write_text("export {}\n")
    aws, name = _up(world, "site: {pages: [pages, own]}")
    s3 = aws.client("s3")
    found = {item["Key"] for item in s3.list_objects_v2(Bucket=name)["Contents"]}
    assert found == {"index.html", "style.css", "base.js"}
    assert s3.get_object(Bucket=name, Key="style.css")["Body"].read() == b"body { color: red }\n"


def test_a_page_of_its_own_answers_what_is_not_there(world: World) -> None:
    (world.folder / "pages" / "404.html").write_text("nothing here")
    aws, name = _up(world)
    assert aws.client("s3").get_bucket_website(Bucket=name)["ErrorDocument"] == {"Key": "404.html"}


def test_everyone_may_read_it(world: World) -> None:
    aws, name = _up(world)
    block = aws.client("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicPolicy"], block["RestrictPublicBuckets"]) == (False, False)
    (statement,) = json.loads(aws.client("s3").get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "s3:GetObject")


def test_a_site_that_is_configured_no_more_is_deleted_once(world: World) -> None:
    _up(world)
    _, made = world.plan("buckets: {files: {}}")
    assert changes(made) == {"demo.settings.site": ("delete", []), "demo.site.site": ("delete", [])}
    assert len(made.changes) == 2


def test_a_bucket_cannot_have_the_name_of_the_site(world: World) -> None:
    with pytest.raises(ConfigError, match=r"demo\.bucket\.site and demo\.site\.site would both be"):
        world.plan("buckets: {site: {}}\nsite: {pages: pages}")


def test_a_bucket_does_not_become_a_site_nor_a_site_a_bucket(world: World) -> None:
    bucket, site = "buckets: {site: {}}", "site: {pages: pages}"
    for first, then in ((bucket, site), (site, bucket)):
        world.up(first)
        with pytest.raises(Foreign, match="another kind of thing"):
            world.plan(then)
        aws, _ = world.down(first)
        assert aws.calls.writing


def test_one_whose_id_is_wrong_is_deleted_once(world: World) -> None:
    aws, name = _up(world)
    tags = aws.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    wrong = [{**tag, "Value": "nonsense"} if tag["Key"] == "skiff:id" else tag for tag in tags]
    aws.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": wrong})
    _, outcomes = world.down(CONFIG)
    assert [each.change.name for each in outcomes].count(name) == 1
    assert name not in [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]


def test_a_site_that_lost_its_id_is_not_taken_for_a_bucket_too_many(world: World) -> None:
    aws, name = _up(world)
    tags = aws.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]
    kept = [tag for tag in tags if tag["Key"] == "skiff:stack"]
    aws.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": kept})
    assert changes(world.plan(CONFIG)[1]) == {"demo.site.site": ("update", ["Tags"])}


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("nowhere", "the folder 'nowhere' does not exist"),
        ("code", "there is no index.html in 'code'"),
        ("pages", r"'pages/settings\.json' would be overwritten"),
    ],
)
def test_a_folder_that_is_no_site_is_refused(world: World, folder: str, says: str) -> None:
    (world.folder / "pages" / "settings.json").write_text("{}")
    with pytest.raises(ConfigError, match=rf"config\.yaml:7: {says}"):
        world.plan(f"site:\n  pages: {folder}")


@pytest.mark.parametrize(
    ("region", "endpoint_url", "url"),
    [
        ("us-east-1", None, "http://{name}.s3-website-us-east-1.amazonaws.com/"),
        ("eu-central-1", None, "http://{name}.s3-website.eu-central-1.amazonaws.com/"),
        ("cn-north-1", None, "http://{name}.s3-website.cn-north-1.amazonaws.com.cn/"),
        ("us-east-1", "http://127.0.0.1:4566", "http://{name}.s3-website.localhost:4566/"),
        ("us-east-1", "https://emulator.example", "https://{name}.s3-website.emulator.example/"),
    ],
)
def test_where_it_is_visited(world: World, region: str, endpoint_url: str | None, url: str) -> None:
    world.aws(CONFIG)
    found = read(world.folder / "config.yaml")
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    stack = dataclasses.replace(found.stack(endpoint_url), region=region, partition=partition)
    site = declare(found.declared(stack, ("demo",)))["demo.site.site"]
    assert site.static()["url"] == url.format(name=site.physical)
    assert site.static()["origin"] == url.format(name=site.physical).rstrip("/")
    assert site.static()["region"] == region
    local_url = f"{endpoint_url}/_aws/s3-website/{site.physical}/" if endpoint_url == "http://127.0.0.1:4566" else None
    assert site.static().get("local_url") == local_url
