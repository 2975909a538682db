"""The real configuration on a strict emulator: all of it works there, and nothing of it is granted for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from deployer.resource import kinds
from localdev.emulator import Emulator
from tests.conftest import CREDENTIALS, Stack, deploy
from tests.launcher import ROOT, environment
from tests.system.web import Answer, http

POLICY = "grants"


@dataclass(frozen=True)
class Deployed:
    """A stack on the strict emulator. `outputs`: by app."""

    emulator: Emulator
    stack: Stack
    outputs: dict[str, dict[str, str]]

    def client(self, service: str, **keys: str) -> Any:
        return boto3.client(service, endpoint_url=self.emulator.endpoint_url, **{**CREDENTIALS, **keys})  # type: ignore[call-overload]

    def role(self, app: str, function: str) -> str:
        """Its ARN."""
        name = self.outputs[app][f"functions.{function}.name"]
        role: str = self.client("lambda").get_function_configuration(FunctionName=name)["Role"]
        return role

    def statements(self, role: str) -> list[dict[str, Any]]:
        answer = self.client("iam").get_role_policy(RoleName=role.rpartition("/")[2], PolicyName=POLICY)
        found: list[dict[str, Any]] = answer["PolicyDocument"]["Statement"]
        return found

    def session(self, role: str) -> Callable[[str], Any]:
        """Clients with the rights of a role."""
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
        secrets = {"aws_secret_access_key": keys["SecretAccessKey"], "aws_session_token": keys["SessionToken"]}
        return lambda service: self.client(service, aws_access_key_id=keys["AccessKeyId"], **secrets)

    @contextmanager
    def without(self, role: str, action: str) -> Iterator[None]:
        """The role as it is, but for one action."""
        before = self.statements(role)
        others = [{**each, "Action": [one for one in each["Action"] if one != action]} for each in before]
        assert others != before, f"{role} may not {action} anyway"
        self._put(role, [each for each in others if each["Action"]])
        try:
            yield
        finally:
            self._put(role, before)

    def _put(self, role: str, statements: list[dict[str, Any]]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        name = role.rpartition("/")[2]
        self.client("iam").put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=document)

    def log(self) -> str:
        return self.emulator.log.read_text()


def up(emulator: Emulator, config: Path) -> Deployed:
    stack = Stack("strict", config, emulator.endpoint_url)
    return Deployed(emulator, stack, stack.json("up")["outputs"])


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
    bucket = next(each["Name"] for each in found if f"-{app}-site-" in each["Name"])
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


OPERATIONS: dict[str, Callable[[Any, str, str], Any]] = {
    "s3:GetObject": lambda s3, bucket, key: s3.get_object(Bucket=bucket, Key=key),
    "s3:PutObject": lambda s3, bucket, key: s3.put_object(Bucket=bucket, Key=key),
    "s3:DeleteObject": lambda s3, bucket, key: s3.delete_object(Bucket=bucket, Key="none"),
    "s3:ListBucket": lambda s3, bucket, key: s3.list_objects_v2(Bucket=bucket),
}
# What S3 asks of the key.
OPERATIONS |= {"kms:GenerateDataKey": OPERATIONS["s3:PutObject"], "kms:Decrypt": OPERATIONS["s3:GetObject"]}


def use(deployed: Deployed, role: str, action: str, bucket: str, key: str) -> str | None:
    """Do with a role's rights what needs one of them. The action that was denied, None if none was."""
    try:
        OPERATIONS[action](deployed.session(role)("s3"), bucket, key)
    except ClientError as error:
        return str(error).partition("(AccessDenied)")[2].partition("to perform: ")[2].partition(" ")[0]
    return None


@pytest.fixture
def vault_config(tmp_path: Path) -> Path:
    """An app with a key, and every level of grants."""
    function = {
        "source": str(ROOT / "functions/password"),
        "handler": "app.handler",
        "runtime": "python3.12",
        "grants": {"box": ["read", "write", "delete", "list"], "seal": ["encrypt", "decrypt"]},
    }
    box = {"encryption": "seal", "tls_only": True}
    app = {"buckets": {"box": box}, "keys": {"seal": {}}, "functions": {"all": function}}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"project": "levels", "region": "us-east-1", "apps": {"vault": app}}))
    return config


def test_every_level_of_grants(strict_emulator: Emulator, vault_config: Path) -> None:
    """Each is what its operation needs, and no more than that."""
    vault = up(strict_emulator, vault_config)
    role, bucket = vault.role("vault", "all"), vault.outputs["vault"]["buckets.box.name"]
    vault.client("s3").put_object(Bucket=bucket, Key="k")
    granted = {action for statement in vault.statements(role) for action in statement["Action"]}
    assert granted - {"logs:CreateLogStream", "logs:PutLogEvents"} == OPERATIONS.keys()
    for action in OPERATIONS:
        with vault.without(role, action):
            denied = {other: use(vault, role, other, bucket, "k") for other in OPERATIONS}
        assert {other for other, what in denied.items() if what} == {
            other for other in OPERATIONS if OPERATIONS[other] is OPERATIONS[action]
        }
        assert set(denied.values()) == {None, action}
    down = vault.stack.run("down", "--yes")
    assert down.returncode == 0, down.stdout + down.stderr


@pytest.mark.parametrize("missing", [None, "s3:PutEncryptionConfiguration"])
def test_what_the_deployer_asks_for_is_enough(
    strict_emulator: Emulator, vault_config: Path, missing: str | None
) -> None:
    """As a user who may do what each kind of resource says that it needs (`doctor` tells what is missing)."""
    asked = sorted({action for kind in kinds() for action in kind.permissions} - {missing})
    iam = boto3.client("iam", endpoint_url=strict_emulator.endpoint_url, **CREDENTIALS)  # type: ignore[call-overload]
    name = f"deployer-{len(asked)}"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": asked, "Resource": "*"}]}
    iam.create_user(UserName=name)
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    env = environment(
        AWS_ACCESS_KEY_ID=key["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"],
        AWS_ENDPOINT_URL=strict_emulator.endpoint_url,
    )
    options = ("--config", vault_config, "--stage", name, "--target", "aws")
    done = deploy("up", *options, env=env)
    assert done.returncode == (1 if missing else 0), done.stdout + done.stderr
    assert not missing or f"not authorized to perform: {missing}" in done.stdout + done.stderr
    done = deploy("down", "--yes", *options, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def test_and_everything_goes(apps: Deployed) -> None:
    down = apps.stack.run("down")
    assert down.returncode == 0, down.stdout + down.stderr
    left = {
        "functions": [each["FunctionName"] for each in apps.client("lambda").list_functions()["Functions"]],
        "buckets": [each["Name"] for each in apps.client("s3").list_buckets()["Buckets"]],
        "apis": [each["name"] for each in apps.client("apigateway").get_rest_apis()["items"]],
        "roles": [each["RoleName"] for each in apps.client("iam").list_roles()["Roles"]],
    }
    assert not [name for names in left.values() for name in names if name.startswith("skiff")]
