"""What a strict emulator was made to hold, and who may use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localdev.emulator import Emulator
from tests.conftest import CREDENTIALS, Stack

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
        return self.emulator.log.read_text(errors="replace")


def up(emulator: Emulator, config: Path) -> Deployed:
    stack = Stack("strict", config, emulator.endpoint_url)
    return Deployed(emulator, stack, stack.json("up")["outputs"])


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
