"""An account in a strict emulator, and identities in it that may do what a test grants them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "000000000000"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
REGION = "us-east-1"
TRUST_LAMBDA = {"Service": "lambda.amazonaws.com"}
SESSION = boto3.Session()
# For waiters: often, and for a minute at least.
DENSELY = {"Delay": 0.02, "MaxAttempts": 3000}
_numbers = count()


def allow(actions: str | list[str], *resources: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources) or "*", **more}


def deny(actions: str | list[str], *resources: str, **more: Any) -> dict[str, Any]:
    return allow(actions, *resources, **more) | {"Effect": "Deny"}


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(principal: Any) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message of the error that a call must get."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def denied(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Which action on which resource a call is refused."""
    message = refused(call, **arguments)[1]
    found = re.search(r'not authorized to perform: (\S+) on resource: "?(.+?)"? (?:because|with)', message)
    assert found, message
    return found[1], found[2]


@dataclass(frozen=True)
class Account:
    """Clients with the account's own keys, which may do everything."""

    url: str
    clients: dict[tuple[str, ...], Any]

    def client(self, service: str, keys: Mapping[str, str] = KEYS, **settings: Any) -> Any:
        known = (service, keys["aws_access_key_id"], *settings.values())
        if known not in self.clients:
            if service == "s3":
                settings = {"signature_version": "s3v4", **settings}
            config = Config(retries={"max_attempts": 0}, **settings)
            self.clients[known] = SESSION.client(service, REGION, endpoint_url=self.url, config=config, **keys)
        return self.clients[known]

    def role(self, *statements: Mapping[str, Any], principal: Any = TRUST_LAMBDA) -> Role:
        role = Role(self, f"role-{next(_numbers)}")
        self.client("iam").create_role(RoleName=role.name, AssumeRolePolicyDocument=trust(principal))
        role.may(*statements)
        return role

    def bucket(self, *objects: str) -> str:
        name = f"bucket-{next(_numbers)}"
        self.client("s3").create_bucket(Bucket=name)
        for key in objects:
            self.client("s3").put_object(Bucket=name, Key=key, Body=b"content")
        return name


@dataclass(frozen=True)
class Role:
    account: Account
    name: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:role/{self.name}"

    def may(self, *statements: Mapping[str, Any]) -> None:
        """This and nothing else."""
        if statements:
            document = policy(*statements)
            self.account.client("iam").put_role_policy(RoleName=self.name, PolicyName="may", PolicyDocument=document)

    def session(self, **limits: Any) -> Callable[..., Any]:
        """``session("s3")`` is a client with keys of the role."""
        keys = self.account.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="tester", **limits)
        return lambda service, **settings: self.account.client(service, credentials(keys["Credentials"]), **settings)


def credentials(keys: Mapping[str, str]) -> dict[str, str]:
    token = {"aws_session_token": keys["SessionToken"]} if "SessionToken" in keys else {}
    return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"], **token}
