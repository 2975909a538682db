"""The password system from outside: the AWS CLI sees what there should be, and nobody sees a password but in S3."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from localdev.emulator import Emulator
from tests.conftest import Stack, StackMaker
from tests.launcher import ROOT, Ended
from tests.system.web import Cli

ACCOUNT = "000000000000"
SYMBOLS = set("!@#$%^&*()_+-=[]{}|;:,.<>?")
ALL = dict.fromkeys(["include_uppercase", "include_lowercase", "include_numbers", "include_symbols"], True)
REQUESTS = {
    "all classes": {"length": 20, "name": "test-password-1"},
    "no symbols": {"length": 12, "include_symbols": False, "name": "simple-password"},
}

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Invoked:
    """What an invocation told."""

    request: str
    payload: str
    tail: str

    @property
    def status(self) -> int:
        return json.loads(self.payload)["statusCode"]

    @property
    def body(self) -> Any:
        return json.loads(json.loads(self.payload)["body"])


@dataclass(frozen=True)
class Passwords:
    """A deployed password system. `up`: the command that deployed it."""

    stack: Stack
    up: Ended
    client: Client

    @property
    def outputs(self) -> dict[str, str]:
        return self.up.json["outputs"]["password"]

    @property
    def bucket(self) -> str:
        return self.outputs["buckets.passwords.name"]

    @property
    def function(self) -> str:
        return self.outputs["functions.generator.name"]

    def invoke(self, event: Any) -> Invoked:
        answer = self.client("lambda").invoke(FunctionName=self.function, Payload=json.dumps(event), LogType="Tail")
        assert "FunctionError" not in answer
        tail = base64.b64decode(answer["LogResult"]).decode()
        return Invoked(answer["ResponseMetadata"]["RequestId"], answer["Payload"].read().decode(), tail)

    def stored(self) -> list[Any]:
        """The documents of all versions of all objects."""
        s3 = self.client("s3")
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        versions = [(each["Key"], each["VersionId"]) for page in pages for each in page["Versions"]]
        return [
            json.load(s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)["Body"])
            for key, version in versions
        ]

    def log(self, request: str) -> str:
        """All that the function logged, once the report of this request is there."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=self.log_group)
            log = "\n".join(event["message"] for page in pages for event in page["events"])
            if f"REPORT RequestId: {request}" in log:
                return log
            time.sleep(0.05)
        raise AssertionError(f"no report of {request} in {log}")

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.function}"


@pytest.fixture(scope="module")
def passwords(deployed: Stack, up: Ended, client: Client) -> Passwords:
    return Passwords(deployed, up, client)


@pytest.mark.parametrize("wanted", REQUESTS.values(), ids=REQUESTS)
def test_what_is_invoked_is_listed_and_can_be_fetched(
    aws: Cli, ask: Callable[..., Any], passwords: Passwords, tmp_path: Path, wanted: dict[str, Any]
) -> None:
    file = tmp_path / "response.json"
    event = ("--payload", json.dumps(wanted))
    answer = ask("lambda", "invoke", "--function-name", passwords.function, *event, str(file))
    assert (answer["StatusCode"], "FunctionError" in answer) == (200, False)
    body = json.loads(json.loads(file.read_text())["body"])
    assert body["s3_key"] == f"passwords/{wanted['name']}.json"
    assert f"{wanted['name']}.json" in aws("s3", "ls", f"s3://{passwords.bucket}/passwords/")

    stored = json.loads(aws("s3", "cp", f"s3://{passwords.bucket}/{body['s3_key']}", "-"))
    assert stored.keys() == {"password", "length", "created_at", "parameters"}
    assert stored["length"] == len(stored["password"]) == wanted["length"]
    assert stored["parameters"] == ALL | {name: value for name, value in wanted.items() if name in ALL}
    assert bool(SYMBOLS & set(stored["password"])) == stored["parameters"]["include_symbols"]
    assert stored["created_at"] == body["created_at"]


def test_a_request_as_api_gateway_sends_it(passwords: Passwords) -> None:
    told = passwords.invoke({"httpMethod": "POST", "body": json.dumps({"length": 8}), "isBase64Encoded": False})
    assert (told.status, told.body["length"]) == (200, 8)


def test_a_wrong_request_is_told_what_is_wrong(passwords: Passwords) -> None:
    told = passwords.invoke({"length": 7})
    assert (told.status, told.body) == (400, {"error": "'length' is not a whole number from 8 to 128"})


def test_a_name_again_gets_a_new_version_and_the_former_one_is_kept(
    ask: Callable[..., Any], passwords: Passwords
) -> None:
    first, second = (passwords.invoke({"name": "twice", "length": length}).body for length in (9, 10))
    assert (first["new_version"], second["new_version"]) == (False, True)
    listed = ask("s3api", "list-object-versions", "--bucket", passwords.bucket, "--prefix", "passwords/twice.json")
    latest = {each["VersionId"]: each["IsLatest"] for each in listed["Versions"]}
    assert latest == {first["version_id"]: False, second["version_id"]: True}
    twice = [stored["length"] for stored in passwords.stored() if stored["length"] in (9, 10)]
    assert sorted(twice) == [9, 10]


def test_stored_passwords_are_encrypted_json(ask: Callable[..., Any], passwords: Passwords) -> None:
    key = passwords.invoke({}).body["s3_key"]
    head = ask("s3api", "head-object", "--bucket", passwords.bucket, "--key", key)
    assert (head["ServerSideEncryption"], head["ContentType"]) == ("AES256", "application/json")


def test_bucket_encrypts_keeps_versions_and_is_private(ask: Callable[..., Any], passwords: Passwords) -> None:
    bucket = ("--bucket", passwords.bucket)
    encryption = ask("s3api", "get-bucket-encryption", *bucket)["ServerSideEncryptionConfiguration"]
    (rule,) = encryption["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert ask("s3api", "get-bucket-versioning", *bucket)["Status"] == "Enabled"
    assert ask("s3api", "get-public-access-block", *bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


def test_bucket_refuses_what_comes_without_tls(ask: Callable[..., Any], passwords: Passwords) -> None:
    (statement,) = json.loads(ask("s3api", "get-bucket-policy", "--bucket", passwords.bucket)["Policy"])["Statement"]
    bucket = f"arn:aws:s3:::{passwords.bucket}"
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert sorted(statement["Resource"]) == [bucket, f"{bucket}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_role_may_put_get_and_list_there_and_write_its_own_log_and_nothing_else(
    ask: Callable[..., Any], passwords: Passwords
) -> None:
    configuration = ask("lambda", "get-function-configuration", "--function-name", passwords.function)
    role = ("--role-name", configuration["Role"].rpartition("/")[2])
    assert ask("iam", "list-attached-role-policies", *role)["AttachedPolicies"] == []
    (policy,) = ask("iam", "list-role-policies", *role)["PolicyNames"]
    statements = ask("iam", "get-role-policy", *role, "--policy-name", policy)["PolicyDocument"]["Statement"]
    assert {each["Effect"] for each in statements} == {"Allow"}
    bucket = f"arn:aws:s3:::{passwords.bucket}"
    log = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{passwords.log_group}:*"
    assert {(action, each["Resource"]) for each in statements for action in each["Action"]} == {
        ("s3:PutObject", f"{bucket}/*"),
        ("s3:GetObject", f"{bucket}/*"),
        ("s3:ListBucket", bucket),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
    }


def test_function_is_configured_as_wanted(ask: Callable[..., Any], passwords: Passwords) -> None:
    have = ask("lambda", "get-function-configuration", "--function-name", passwords.function)
    want = {"Runtime": "python3.12", "Timeout": 30, "MemorySize": 128, "State": "Active"}
    assert {key: have[key] for key in want} == want
    assert have["Environment"]["Variables"] == {"BUCKET_NAME": passwords.bucket}


def test_log_group_is_there(ask: Callable[..., Any], passwords: Passwords) -> None:
    groups = ask("logs", "describe-log-groups", "--log-group-name-prefix", passwords.log_group)["logGroups"]
    assert [group["logGroupName"] for group in groups] == [passwords.log_group]


def test_passwords_are_nowhere_but_in_the_bucket(passwords: Passwords, emulator: Emulator) -> None:
    wanted = [{}, {"length": 128}, {"include_symbols": False}, {"name": "again"}, {"name": "again"}]
    refused = [{"name": "../again"}, {"lenght": 8}, {"body": "x"}, []]
    told = [passwords.invoke(event) for event in (*wanted, *refused)]
    assert [each.status for each in told] == [200] * len(wanted) + [400] * len(refused)

    commands = {name: passwords.stack.run(name, "password", "--json") for name in ("plan", "up", "outputs")}
    assert [ended.returncode for ended in commands.values()] == [0, 0, 0]
    log = passwords.log(told[-1].request)
    for each in told[: len(wanted)]:
        assert each.body["s3_key"] in each.tail, "the tail is not the function's log"
        assert each.body["s3_key"] in log
    shown = {
        "answers": "".join(each.payload for each in told),
        "log tails": "".join(each.tail for each in told),
        "log": log,
        "first up": passwords.up.stdout + passwords.up.stderr,
        **{name: ended.stdout + ended.stderr for name, ended in commands.items()},
        "emulator's log": emulator.log.read_text(errors="replace"),
    }
    assert all(shown.values())

    made = {stored["password"] for stored in passwords.stored()}
    assert len(made) >= len(wanted)
    assert [where for where, text in shown.items() if any(password in text for password in made)] == []


def test_a_key_of_ones_own_encrypts_them(stack: StackMaker, client: Client, tmp_path: Path) -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    app = config["apps"]["password"]
    del app["site"]
    app["keys"] = {"secrets": {}}
    app["buckets"]["passwords"]["encryption"] = "secrets"
    app["functions"]["generator"]["source"] = str(ROOT / "functions" / "password")
    app["functions"]["generator"]["grants"] |= {"secrets": ["encrypt", "decrypt"]}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config | {"apps": {"password": app}}))
    own = stack(tmp_path / "config.yaml")
    passwords = Passwords(own, own.run("up", "--json"), client)
    body = passwords.invoke({"length": 9}).body
    head = client("s3").head_object(Bucket=passwords.bucket, Key=body["s3_key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", passwords.outputs["keys.secrets.arn"])
    assert [len(each["password"]) for each in passwords.stored()] == [9]


def test_a_failure_is_logged_with_its_request_and_without_the_name(stack: StackMaker, client: Client) -> None:
    own = stack()
    broken = Passwords(own, own.run("up", "password", "--json"), client)
    client("s3").delete_bucket(Bucket=broken.bucket)
    told = broken.invoke({"name": "a-secret-nobody-must-log"})
    assert (told.status, told.body) == (500, {"error": "Internal server error"})
    lines = broken.log(told.request).splitlines()
    assert any("NoSuchBucket" in line and told.request in line for line in lines)
    assert not any("a-secret" in line for line in lines)
