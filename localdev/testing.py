"""What the fixtures of `localdev.pytest_plugin` give to tests: accounts of an emulator, and what is deployed there."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localdev.errors import LocaldevError
from localdev.function_logs import lines
from localdev.settings import HOST

if TYPE_CHECKING:
    import boto3
    import pytest

    from localdev.emulator import Emulator

REGION = "us-east-1"
PORTS = range(20_000, 32_768)  # Linux gives those from there on, other systems higher ones
DEFAULT_ACCOUNT = "000000000000"  # whom every access key belongs to that is no account's number
# Where botocore would look for the user's profile and files: name → (in the file, in the environment, default, type).
NO_USER = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class Account:
    """An AWS account of the emulator. ``id``: its 12 digits, which are the access key id, too."""

    def __init__(self, id: str, endpoint_url: str) -> None:
        self.id = id
        self.endpoint_url = endpoint_url
        self.region = REGION
        self._clients: dict[str, Any] = {}

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the AWS CLI, boto3 and other tools find the account, and nothing of the user's."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.id,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @cached_property
    def session(self) -> boto3.Session:
        import boto3
        import botocore.session

        nobody = botocore.session.Session(session_vars=NO_USER)
        keys = {"aws_access_key_id": self.id, "aws_secret_access_key": "test"}
        return boto3.Session(botocore_session=nobody, region_name=self.region, **keys)

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client. Without settings of its own it is always the same one."""
        if settings:
            return self.session.client(service, endpoint_url=self.endpoint_url, **settings)  # type: ignore[call-overload]
        if service not in self._clients:
            self._clients[service] = self.session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]
        return self._clients[service]

    def resource(self, service: str, **settings: Any) -> Any:
        """A boto3 resource, as of ``s3`` or ``dynamodb``."""
        return self.session.resource(service, endpoint_url=self.endpoint_url, **settings)  # type: ignore[call-overload]

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets this process find the account by itself. Clients that were made before stay where they are."""
        import boto3

        for name in _aws_variables():
            monkeypatch.delenv(name)
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the keys of the test before

    def deploy(self, command: str, cwd: Path | None = None) -> Deployment:
        """Runs a command that deploys something to this account, with ``{endpoint_url}`` replaced.

        Raises LocaldevError if it fails.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _aws_variables()}
        arguments = [each.replace("{endpoint_url}", self.endpoint_url) for each in shlex.split(command)]
        try:
            ended = subprocess.run(
                arguments,
                env=kept | self.environment,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise LocaldevError(f"{command}: {error}", "check the command") from error
        if ended.returncode != 0:
            said = f"{ended.stdout}{ended.stderr}".strip()
            raise LocaldevError(f"{command}: exit code {ended.returncode}\n{said}", "check the command")
        return Deployment(self, ended.stdout)

    def close(self) -> None:
        for each in self._clients.values():
            each.close()


@dataclass(frozen=True)
class Deployment:
    """What a command deployed. ``output``: what it printed."""

    account: Account
    output: str

    @property
    def outputs(self) -> Any:
        """What it printed, which must be one JSON document. Raises LocaldevError if it is none."""
        try:
            return json.loads(self.output)
        except ValueError:
            said = self.output.strip() or "nothing"
            hint = "let it print its outputs as JSON on standard output, and all else on standard error"
            raise LocaldevError(f"the command printed no JSON document but: {said}", hint) from None


class Accounts:
    """Those of one emulator that are in use."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._numbers = itertools.count(100_000_000_001)  # never one twice: nothing late can reach the next test
        self._used: set[str] = set()

    @contextmanager
    def new(self) -> Iterator[Account]:
        account = Account(str(next(self._numbers)), self._emulator.endpoint_url)
        self._used.add(account.id)
        try:
            yield account
        finally:
            self._used.discard(account.id)
            account.close()
            # Names that all accounts share, such as those of buckets, are free for the next test.
            self._emulator.ask(f"/_localdev/reset?account={account.id}", method="POST")

    def default(self) -> Account:
        """For tools that cannot be told another one. It stays."""
        self._used.add(DEFAULT_ACCOUNT)
        return Account(DEFAULT_ACCOUNT, self._emulator.endpoint_url)

    def logs(self, began: float) -> str:
        """What functions logged since a moment, in seconds since 1970; empty if the emulator is gone."""
        with contextlib.suppress(LocaldevError):
            invocations = self._emulator.ask("/_localdev/invocations")["invocations"]
            return "\n".join(
                line
                for each in invocations
                if each["started"] >= began and each["account"] in self._used
                for line in lines(each)
            )
        return ""


def free_port() -> int:
    """None of those that systems give to whoever asks for any: it is still free when it is used a while later."""
    while True:
        port = secrets.choice(PORTS)  # tests seed the other generator
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port


def _aws_variables() -> list[str]:
    """Those of this process that say who one is, where AWS is, and how it is spoken to."""
    return [name for name in os.environ if name.startswith("AWS_")]
