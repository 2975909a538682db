"""One run of a command: its options, what it works on, and what it tells people.

Nothing heavy is imported before it is needed: ``--help`` must not wait for boto3, and ``validate`` neither.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from deployer import emulator
from deployer.errors import PackageError, UsageError
from deployer.output import put

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.config import Config
    from deployer.resource import Resource
    from deployer.stack import Stack


class Run:
    """One run of a command: its options, and what it prints."""

    def __init__(
        self,
        config: Path,
        stage: str | None,
        target: str,
        endpoint_url: str | None,
        as_json: bool,
        apps: tuple[str, ...],
    ) -> None:
        self.file, self.stage, self.target, self.as_json, self.names = config, stage, target, as_json, apps
        self.given_endpoint = endpoint_url
        self.started = time.monotonic()
        self._noted: set[str] = set()

    @property
    def endpoint_url(self) -> str | None:
        return None if self.target == "aws" else (self.given_endpoint or self._own_emulator).rstrip("/")

    @functools.cached_property
    def _own_emulator(self) -> str:
        return emulator.own()

    @property
    def is_for_own_emulator(self) -> bool:
        """Whether the target is this project's emulator, which is started when it is missing."""
        return self.endpoint_url == self._own_emulator

    @functools.cached_property
    def config(self) -> Config:
        from deployer.config import read

        return read(self.file, self.stage)

    def stack(self) -> Stack:
        from deployer.package import here

        # Our own emulator runs functions with the Python that starts it; what answers already will say.
        return self.config.stack(self.endpoint_url, here() if self.is_for_own_emulator else None)

    def declare(self, stack: Stack, names: tuple[str, ...]) -> dict[str, Resource]:
        from deployer.plan import declare

        return declare(self.config.declared(stack, names))

    def clients(self) -> Aws:
        """What calls go through; nothing is called yet."""
        from deployer.aws import Aws

        return Aws(self.stack())

    def aws(self) -> Aws:
        aws = self.clients()
        return aws.at(aws.identify())

    def emulator_is_missing(self) -> bool:
        """Whether this project's emulator is the target, and is not there."""
        return self.is_for_own_emulator and not emulator.answers(self._own_emulator)

    @contextlib.contextmanager
    def emulator(self) -> Iterator[bool]:
        """While this runs the emulator is started, if it is the target and missing; then it is waited for.

        Gives whether that is so: then it is the time for what needs no answer.
        """
        if not self.emulator_is_missing():
            yield False
            return
        self.say("starting the emulator")
        wait = emulator.start()
        yield True
        self.say(f"  {wait()}")

    def begin(self) -> None:
        """Refuse options that do not go together, and let nothing meant for AWS reach an emulator."""
        if self.target == "local":
            _forget_aws()
        if self.given_endpoint is None:
            return
        if self.target == "aws":
            raise UsageError(
                "--endpoint-url does not go with --target aws", "it is for emulators: leave out one of them"
            )
        try:
            address = urlsplit(self.given_endpoint)
            good = address.scheme in ("http", "https") and address.hostname and address.port != 0
        except ValueError:
            good = False
        if not good:
            raise UsageError(f"--endpoint-url '{self.given_endpoint}' is no URL", f"such as {emulator.ADDRESS}")

    def start(self) -> None:
        """Refuse what can be refused before anything is begun; then start the emulator, if that is needed.

        What takes long and needs no answer is done meanwhile.
        """
        resources = self.declare(self.stack(), self.config.select(self.names))
        with self.emulator() as starting:
            if starting:
                self.clients()
                for resource in resources.values():
                    with contextlib.suppress(PackageError):  # the emulator may know a more fitting interpreter
                        resource.prepare()

    def selected(self) -> frozenset[str] | None:
        """The apps that deletions are confined to: those named, or None for all there ever were."""
        return frozenset(self.names) or None

    def again(self, command: str) -> str:
        """How to call a command of the deployer for the same stack."""
        options = [f"--config {shlex.quote(str(self.file))}"] if self.file != Path("config.yaml") else []
        options += [f"--stage {self.stage}"] if self.stage else []
        options += [f"--target {self.target}"] if self.target != "local" else []
        options += [f"--endpoint-url {shlex.quote(self.given_endpoint)}"] if self.given_endpoint else []
        return " ".join([f"python deploy.py {command}", *options])

    def say(self, *lines: str) -> None:
        if lines and not self.as_json:
            put(*lines)

    def note(self, text: str) -> None:
        """Something that takes a while; said once."""
        if text not in self._noted:
            self._noted.add(text)
            self.say(f"  … {text}")

    def document(self, content: dict[str, Any]) -> None:
        if self.as_json:
            put(json.dumps(content, indent=2, ensure_ascii=False))


def _forget_aws() -> None:
    """Leave out of this process what is meant for AWS, before boto3 looks for it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    # LocalStack brings these, botocore loads what it finds, and an emulator needs neither: a tenth of a second.
    sys.modules.update(dict.fromkeys(("awscrt", "OpenSSL")))  # type: ignore[arg-type]
