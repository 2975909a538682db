"""One emulator for the whole session, and functions deployed to it through the real Lambda client."""

from __future__ import annotations

import base64
import http.client
import io
import itertools
import json
import os
import re
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localdev.emulator import Emulator
from tests.localdev.queues import Queue

ROLE = "arn:aws:iam::000000000000:role/function"
DENSELY = {"Delay": 0.02, "MaxAttempts": 3000}
CREDENTIALS: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Iterator[Callable[[str], Any]]:
    session = boto3.Session(**CREDENTIALS)
    clients: dict[tuple[str, str], Any] = {}

    def client_of(service: str, url: str = emulator.endpoint_url) -> Any:
        if (service, url) not in clients:
            # A failed invocation must show, not be tried again.
            config = Config(retries={"max_attempts": 0}, read_timeout=60, max_pool_connections=50)
            clients[service, url] = session.client(service, endpoint_url=url, config=config)  # type: ignore[call-overload]
        return clients[service, url]

    yield client_of
    for each in clients.values():
        each.close()


@pytest.fixture(scope="session")
def inbox(client: Callable[[str], Any]) -> Callable[..., Queue]:
    """Makes a queue that nothing else uses, with attributes if need be (``FifoQueue="true"``)."""
    numbers = itertools.count()

    def make(**attributes: str) -> Queue:
        name = f"inbox-{os.getpid()}-{next(numbers)}{'.fifo' if 'FifoQueue' in attributes else ''}"
        sqs = client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Queue(url, arn, sqs)

    return make


@dataclass(frozen=True)
class Answer:
    payload: Any
    error: str | None
    log: str

    @property
    def report(self) -> dict[str, str]:
        line = next(line for line in self.log.splitlines() if line.startswith("REPORT"))
        return dict(re.findall(r"([A-Z][\w ]+): ([^\t]+)", line))


@dataclass(frozen=True)
class Function:
    name: str
    client: Any

    def invoke(self, event: Any = None, **arguments: Any) -> Answer:
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event), LogType="Tail", **arguments)
        return Answer(
            json.loads(answer["Payload"].read() or "null"),
            answer.get("FunctionError"),
            base64.b64decode(answer.get("LogResult", "")).decode(),
        )

    def update(self, source: str) -> None:
        self.client.update_function_code(FunctionName=self.name, ZipFile=zipped(source))
        self._updated()

    def configure(self, **settings: Any) -> None:
        self.client.update_function_configuration(FunctionName=self.name, **settings)
        self._updated()

    def _updated(self) -> None:
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name, WaiterConfig=DENSELY)


@pytest.fixture(scope="session")
def deploy(client: Callable[..., Any]) -> Callable[..., Function]:
    """Creates a function from the source of its app.py, or other ``Code``, and waits until it can be invoked."""
    numbers = itertools.count()

    def deploy(source: str = "", url: str | None = None, **settings: Any) -> Function:
        lambda_ = client("lambda", url) if url else client("lambda")
        name = f"function-{os.getpid()}-{next(numbers)}"  # no other test run on this machine has it
        code = {"ZipFile": zipped(source)}
        # AWS's three seconds are few where many processes want two cores.
        about = {"Runtime": "python3.12", "Role": ROLE, "Handler": "app.handler", "MemorySize": 256, "Timeout": 30}
        lambda_.create_function(FunctionName=name, **about | {"Code": code} | settings)
        lambda_.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=DENSELY)
        return Function(name, lambda_)

    return deploy


def zipped(source: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", source)
    return archive.getvalue()


@pytest.fixture(scope="session")
def processes() -> Callable[[str], list[int]]:
    """The ids of the live processes that have a text in their command line or environment."""

    def processes(text: str) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                known = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in known:
                found.append(int(folder.name))
        return found

    return processes


@pytest.fixture(scope="session")
def expire(emulator: Emulator) -> Callable[..., dict[str, int]]:
    """What has expired by a time (Unix, or now) goes: how many of each kind."""

    def expire(at: float | None = None) -> dict[str, int]:
        query = "" if at is None else f"?at={at}"
        with urllib.request.urlopen(f"{emulator.endpoint_url}/_localdev/expire{query}", data=b"", timeout=60) as answer:
            counts: dict[str, int] = json.load(answer)
            return counts

    return expire


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture(scope="session")
def ask(emulator: Emulator) -> Callable[..., Reply]:
    """``ask("/path", "HEAD", Host="name")``: whatever the answer is, redirects are not followed."""

    def ask(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return Reply(answer.status, answer.headers, read)

    return ask


@pytest.fixture(scope="session")
def publish(client: Callable[..., Any]) -> Callable[..., None]:
    """Lets everybody read a bucket, or do what is given, with all that this takes on AWS."""

    def publish(bucket: str, *actions: str, **more: Any) -> None:
        s3 = client("s3")
        s3.delete_public_access_block(Bucket=bucket)
        arn = f"arn:aws:s3:::{bucket}"
        statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions) or "s3:GetObject"}
        statement |= {"Resource": [arn, f"{arn}/*"], **more}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    return publish
