"""The real configuration on a strict emulator: all of it works there, and nothing of it is granted for nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from localdev.emulator import Emulator
from tests.launcher import ROOT
from tests.system.deployed import Deployed, up, use
from tests.system.web import Answer, http


@pytest.fixture(scope="module")
def apps(strict_emulator: Emulator) -> Deployed:
    return up(strict_emulator, ROOT / "config.yaml")


def generate(apps: Deployed) -> Answer:
    """A QR code, as a stranger gets it."""
    return http("POST", f"{apps.outputs['qr']['api.url']}/generate", b'{"text": "strict"}')


def make(apps: Deployed) -> Any:
    """A password: the answer's status."""
    name = apps.outputs["password"]["functions.generator.name"]
    return json.load(apps.client("lambda").invoke(FunctionName=name, Payload="{}")["Payload"])["statusCode"]


def ask(apps: Deployed, **name: str) -> Answer:
    query = "&".join(["type=image/png", "size=5", *(f"{key}={value}" for key, value in name.items())])
    return http("GET", f"{apps.outputs['photo']['api.url']}/presign?{query}")


def upload(permission: Any) -> Answer:
    headers = {name.replace("-", "_"): value for name, value in permission["headers"].items()}
    return http(permission["method"], permission["url"], b"photo", **headers)


def test_the_qr_app(apps: Deployed) -> None:
    answer = generate(apps)
    assert answer.status == 200, answer.body
    assert http("GET", answer.json["url"]).status == 200
    bucket = apps.outputs["qr"]["buckets.images.name"]
    assert http("GET", f"{apps.emulator.endpoint_url}/{bucket}").status == 403


def test_the_password_app(apps: Deployed) -> None:
    assert make(apps) == 200


def test_the_photo_app(apps: Deployed) -> None:
    assert upload(ask(apps, name="taken.png").json).status == 200
    assert ask(apps, name="taken.png").status == 409


@pytest.mark.parametrize("app", ["qr", "password", "photo"])
def test_the_sites(apps: Deployed, app: str) -> None:
    """Its pages are for everybody, and its bucket has no other policy."""
    found = apps.client("s3").list_buckets()["Buckets"]
    bucket = next(each["Name"] for each in found if each["Name"].startswith(f"skiff-strict-{app}-site-"))
    page = f"{apps.emulator.endpoint_url}/{bucket}/index.html"
    assert http("GET", page).status == 200
    with without_policy(apps, bucket):
        assert http("GET", page).status == 403


@contextmanager
def without_policy(apps: Deployed, bucket: str) -> Iterator[None]:
    s3 = apps.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    try:
        yield
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=before)


# What the functions themselves do with what they are granted. The password app writes only; what else its role may do
# people do, and is looked at below.
def no_code(apps: Deployed) -> bool:
    return generate(apps).status == 500


def no_password(apps: Deployed) -> bool:
    return make(apps) == 500


def no_upload(apps: Deployed) -> bool:
    answer = upload(ask(apps).json)
    return answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body and b"s3:PutObject" in answer.body


def no_look(apps: Deployed) -> bool:
    if (first := ask(apps, name="there.png")).status == 200:
        upload(first.json)
    return ask(apps, name="there.png").status == 200  # not 409


USED = {
    ("qr", "generator", "s3:PutObject"): no_code,
    ("password", "generator", "s3:PutObject"): no_password,
    ("photo", "presign", "s3:PutObject"): no_upload,
    ("photo", "presign", "s3:GetObject"): no_look,
}


UNUSED = {("password", "generator", "s3:GetObject"), ("password", "generator", "s3:ListBucket")}


LOGGED = {
    (app, function, action)
    for app, function in (("qr", "generator"), ("password", "generator"), ("photo", "presign"))
    for action in ("logs:CreateLogStream", "logs:PutLogEvents")
}


def test_every_grant_is_looked_at(apps: Deployed) -> None:
    functions = {(app, function) for app, function, _ in LOGGED}
    granted = {
        (app, function, action)
        for app, function in functions
        for statement in apps.statements(apps.role(app, function))
        for action in statement["Action"]
    }
    assert granted == USED.keys() | UNUSED | LOGGED


@pytest.mark.parametrize(("app", "function", "action"), USED)
def test_without_a_grant_its_function_fails(apps: Deployed, app: str, function: str, action: str) -> None:
    fails = USED[app, function, action]
    assert not fails(apps)
    role, before = apps.role(app, function), len(apps.log())
    with apps.without(role, action):
        assert fails(apps)
    assert not fails(apps)
    name = apps.outputs[app][f"functions.{function}.name"]
    who = f"assumed-role/{role.rpartition('/')[2]}/{name} is not authorized to perform: {action} on resource: "
    assert f'{who}"arn:aws:s3:::' in apps.log()[before:]


def test_a_function_says_in_its_log_what_it_was_refused(apps: Deployed, until: Any) -> None:
    group = f"/aws/lambda/{apps.outputs['qr']['functions.generator.name']}"
    with apps.without(apps.role("qr", "generator"), "s3:PutObject"):
        generate(apps)
    logs = apps.client("logs")
    said = "is not authorized to perform: s3:PutObject on resource: "
    until(lambda: any(said in each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]))


@pytest.mark.parametrize(("app", "function", "action"), sorted(LOGGED))
def test_without_a_grant_nothing_is_logged(apps: Deployed, app: str, function: str, action: str, until: Any) -> None:
    name = apps.outputs[app][f"functions.{function}.name"]
    role = apps.role(app, function)
    with apps.without(role, action):
        apps.client("lambda").invoke(FunctionName=name, Payload="{}")
        said = f"{role} may not {action} in /aws/lambda/{name}: what its function logs is lost"
        until(lambda: said in apps.log())


@pytest.mark.parametrize(("app", "function", "action"), sorted(UNUSED))
def test_what_else_a_role_may_do(apps: Deployed, app: str, function: str, action: str) -> None:
    make(apps)
    role, bucket = apps.role(app, function), apps.outputs[app]["buckets.passwords.name"]
    key = apps.client("s3").list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
    use(apps, role, action, bucket, key)
    with apps.without(role, action):
        assert use(apps, role, action, bucket, key) == action
    assert use(apps, role, action, bucket, key) is None


def test_without_its_permission_an_api_cannot_call(apps: Deployed) -> None:
    client, name = apps.client("lambda"), apps.outputs["qr"]["functions.generator.name"]
    (statement,) = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    client.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    assert generate(apps).status == 500
    assert apps.stack.run("up").returncode == 0
    assert generate(apps).status == 200


def test_without_its_policy_a_bucket_shows_nothing(apps: Deployed) -> None:
    url = generate(apps).json["url"]
    with without_policy(apps, apps.outputs["qr"]["buckets.images.name"]):
        assert http("GET", url).status == 403
    assert http("GET", url).status == 200


def test_and_everything_goes(apps: Deployed) -> None:
    down = apps.stack.run("down")
    assert down.returncode == 0, down.stdout + down.stderr
    left = {
        "functions": [each["FunctionName"] for each in apps.client("lambda").list_functions()["Functions"]],
        "buckets": [each["Name"] for each in apps.client("s3").list_buckets()["Buckets"]],
        "apis": [each["name"] for each in apps.client("apigateway").get_rest_apis()["items"]],
        "roles": [each["RoleName"] for each in apps.client("iam").list_roles()["Roles"]],
    }
    assert not [name for names in left.values() for name in names if name.startswith("skiff-strict-")]
