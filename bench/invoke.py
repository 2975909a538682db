"""What an invocation costs, beside the same in an emulator whose functions are nothing: LocalStack's share.

The two take turns. The function is empty; times are of whole requests, by plain HTTP and by boto3.
"""

import http.client
import io
import json
import select
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import boto3

from bench import emulators
from bench.report import Aim, at_most, table
from localdev.emulator import Emulator
from localdev.settings import HOST

ROUNDS = 5
WARM = 40  # invocations in each round
COLD = 3  # new functions in each round
AT_ONCE = 10
GROWTH = 1000  # invocations
# At the gate it waits to be let through.
SOURCE = """
import socket

def handler(event, context):
    if "gate" in event:
        with socket.create_connection(("127.0.0.1", event["gate"])) as gate:
            gate.recv(1)
    return {"statusCode": 200}
"""
ROLE = "arn:aws:iam::000000000000:role/bench"
# What tells LocalStack the service; it does not check signatures of requests such as these.
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=none",
    "X-Amz-Date": "20260101T000000Z",
}
TIMES = {
    "cold": "a new function's first",
    "further": "one while another is under way",
    "http": "warm, plain HTTP",
    "boto3": "warm, boto3",
    "api": "warm, through a REST API",
}
AIMS = {"cold": 150.0, "boto3": 15.0, "api": 20.0}  # milliseconds
RATE_AIM = 60.0  # per second
MEMORY_AIM = 5.0  # MB more after GROWTH invocations


@dataclass(frozen=True)
class Size:
    """What an emulator holds. memory: MB of its own process."""

    processes: int
    files: int
    threads: int
    memory: float


class Invoked:
    """An emulator with a function behind an API."""

    def __init__(self, emulator: Emulator) -> None:
        self.port = emulator.port
        self.pid = emulator.status().pid
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        self.client = session.client("lambda", endpoint_url=emulator.endpoint_url)
        self.made = 0
        self.name = self.function()
        self.api = rest_api(session.client("apigateway", endpoint_url=emulator.endpoint_url), self.name)

    def function(self) -> str:
        """A new one, which nobody has called yet. Returns its name."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", SOURCE)
        self.made += 1
        name = f"bench-{self.made}"
        self.client.create_function(
            FunctionName=name,
            Code={"ZipFile": package.getvalue()},
            Runtime="python3.11",
            Handler="app.handler",
            Role=ROLE,
            Timeout=30,
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    def by_http(self, name: str | None = None, event: dict[str, Any] | None = None, times: int = 1) -> list[float]:
        path = f"/2015-03-31/functions/{name or self.name}/invocations"
        return self._requests(path, json.dumps(event or {}).encode(), times)

    def by_api(self, times: int) -> list[float]:
        return self._requests(self.api, b"{}", times)

    def by_boto3(self, times: int) -> list[float]:
        return [
            milliseconds(lambda: self.client.invoke(FunctionName=self.name, Payload=b"{}")["Payload"].read())
            for _ in range(times)
        ]

    def further(self) -> float:
        """A new environment, for the only one is busy."""
        name = self.function()
        self.by_http(name)
        with ThreadPoolExecutor(1) as pool, socket.create_server((HOST, 0)) as gate:
            busy = pool.submit(self.by_http, name, {"gate": gate.getsockname()[1]})
            while not busy.done():  # where functions are nothing, none ever comes to the gate
                if select.select([gate], [], [], 0.01)[0]:
                    waiting, _ = gate.accept()
                    with waiting:
                        (taken,) = self.by_http(name)
                    break
            else:
                (taken,) = self.by_http(name)
            busy.result()
        return taken

    def rate(self) -> float:
        """Invocations per second, ten at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            seconds = (
                milliseconds(lambda: list(pool.map(lambda _: self.by_http(times=WARM // 2), range(AT_ONCE)))) / 1000
            )
        return AT_ONCE * (WARM // 2) / seconds

    def size(self) -> Size:
        process = Path(f"/proc/{self.pid}")
        threads = list((process / "task").iterdir())
        children = [child for thread in threads for child in _children(thread)]
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        memory = int(status["VmRSS"].split()[0]) / 1024
        return Size(len(children), len(list((process / "fd").iterdir())), len(threads), memory)

    def _requests(self, path: str, body: bytes, times: int) -> list[float]:
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=60)) as connection:
            return [milliseconds(lambda: request(connection, path, body)) for _ in range(times)]


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """{"times": {kind: {who: {"p50", "p95"}}}, "rate": {who: number}, "growth": {"before": Size, "after": Size}}.

    Times in milliseconds, the rate per second.
    """
    with emulators.emulator() as own, emulators.emulator(emulators.EmptyEmulator) as empty:
        who = {"ours": Invoked(own), "empty": Invoked(empty)}
        for each in who.values():  # unmeasured: what is imported at the first request
            each.by_api(WARM)
            each.rate()
        times: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in who} for kind in TIMES}
        rates: dict[str, list[float]] = {name: [] for name in who}
        for number in range(1, ROUNDS + 1):
            tell(f"{number} of {ROUNDS}")
            for name, each in who.items():
                for kind, taken in one_round(each):
                    times[kind][name] += taken
                rates[name].append(each.rate())
        tell(f"{GROWTH} invocations")
        before = who["ours"].size()
        who["ours"].by_http(times=GROWTH)
        time.sleep(1)  # logs and metrics are written aside
        after = who["ours"].size()
    return {
        "times": {kind: {name: points(taken) for name, taken in by.items()} for kind, by in times.items()},
        "rate": {name: round(median(each)) for name, each in rates.items()},
        "growth": {"before": asdict(before), "after": asdict(after)},
    }


def one_round(invoked: Invoked) -> Iterator[tuple[str, list[float]]]:
    yield "cold", [taken for _ in range(COLD) for taken in invoked.by_http(invoked.function())]
    yield "further", [invoked.further()]
    yield "http", invoked.by_http(times=WARM)
    yield "boto3", invoked.by_boto3(WARM)
    yield "api", invoked.by_api(WARM)


def section(found: dict[str, Any]) -> str:
    rows = []
    for kind, what in TIMES.items():
        ours, empty = found["times"][kind]["ours"], found["times"][kind]["empty"]
        cells = (ours["p50"], ours["p95"], empty["p50"], ours["p50"] - empty["p50"])
        rows.append((what, *(f"{cell:.1f}" for cell in cells)))
    rate, growth = found["rate"], found["growth"]
    head = ("milliseconds", "p50", "p95", "LocalStack's p50", "ours of it")
    held = [
        (name, f"{growth['before'][name]:.0f}", f"{growth['after'][name]:.0f}")
        for name in ("processes", "files", "threads", "memory")
    ]
    return "\n\n".join(
        [
            "## Invocations of an empty function",
            table(head, rows),
            f"{AT_ONCE} at once: {rate['ours']} per second, {rate['empty']} where functions are nothing.",
            table((f"before and after {GROWTH} more", "before", "after"), held),
        ]
    )


def aims(found: dict[str, Any]) -> list[Aim]:
    reached = [
        at_most(f"an empty function, {TIMES[kind]}, p50", found["times"][kind]["ours"]["p50"], aim, "{:.0f} ms")
        for kind, aim in AIMS.items()
    ]
    rate, growth = found["rate"]["ours"], found["growth"]
    what = f"seconds for {RATE_AIM:.0f} invocations, {AT_ONCE} at once"
    reached.append(at_most(what, RATE_AIM / rate, 1, "{:.2f} s"))
    more = sum(max(0, growth["after"][name] - growth["before"][name]) for name in ("processes", "files", "threads"))
    reached.append(at_most(f"processes, files and threads more after {GROWTH} invocations", more, 0, "{:.0f}"))
    memory = growth["after"]["memory"] - growth["before"]["memory"]
    reached.append(at_most(f"memory more after {GROWTH} invocations", memory, MEMORY_AIM, "{:.1f} MB"))
    return reached


def points(taken: list[float]) -> dict[str, float]:
    return {"p50": round(median(taken), 1), "p95": round(quantiles(taken, n=20)[-1], 1)}


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def request(connection: http.client.HTTPConnection, path: str, body: bytes) -> None:
    """Raises RuntimeError for an answer that is none: its time means nothing."""
    connection.request("POST", path, body, SIGNED)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != http.HTTPStatus.OK or answer.getheader("X-Amz-Function-Error"):
        raise RuntimeError(f"{path}: {answer.status} {text[:200]!r}")


def _children(thread: Path) -> list[str]:
    with suppress(OSError):  # it has ended since it was listed
        return (thread / "children").read_text().split()
    return []


def rest_api(client: Any, function: str) -> str:
    """One whose root calls the function. Returns the path of its stage."""
    api = client.create_rest_api(name="bench")["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "POST"}
    client.put_method(**method, authorizationType="NONE")
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    client.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    client.create_deployment(restApiId=api, stageName="prod")
    return f"/_aws/execute-api/{api}/prod/"
