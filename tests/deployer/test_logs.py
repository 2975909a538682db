from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer import config, logs
from deployer.aws import Aws
from deployer.errors import AwsError, UsageError
from deployer.logs import Line, Log
from deployer.waiting import telling
from tests.cli.servers import serving

CONFIG = """\
project: shop
region: us-east-1
apps:
  qr: {functions: {generator: {source: code}, reader: {source: code}}}
  photo: {functions: {presign: {source: code}}}
"""
FIRST, SECOND = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "ab")
GROUP = "/aws/lambda/shop-dev-qr-generator"
HOUR = 3_600_000


class CloudWatch:
    """Stands where CloudWatch Logs should: holds the events of one group, or refuses to tell.

    Attributes:
        refusals: what the next questions for events are answered with; None closes the connection.
        asked: the operations that were asked for, and since when events were.
    """

    def __init__(self) -> None:
        self.there = True
        self.mark = "shop/dev/us-east-1"
        self.events: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, str] | None] = []
        self.asked: list[tuple[str, int]] = []

    def log(self, time: int, message: str, stream: str = "stream") -> None:
        event = {"logStreamName": stream, "timestamp": time, "message": message, "eventId": str(len(self.events))}
        self.events.append(event)

    def answer(self, operation: str, asked: Any) -> tuple[int, Any] | None:
        self.asked.append((operation, asked.get("startTime", 0)))
        group = {"logGroupName": GROUP, "arn": f"arn:aws:logs:us-east-1:000000000000:log-group:{GROUP}:*"}
        group["creationTime"] = 0  # type: ignore[assignment]
        if operation == "DescribeLogGroups":
            return 200, {"logGroups": [group] if self.there else []}
        if operation == "ListTagsForResource":
            return 200, {"tags": {"skiff:stack": self.mark}}
        if self.refusals:
            refusal = self.refusals.pop(0)
            return refusal and (refusal[0], {"__type": refusal[1], "message": "no"})
        if not self.there:
            return 400, {"__type": "ResourceNotFoundException", "message": "no"}
        return 200, {"events": [event for event in self.events if event["timestamp"] >= asked["startTime"]]}


@pytest.fixture
def cloud() -> CloudWatch:
    return CloudWatch()


@pytest.fixture
def aws(cloud: CloudWatch, tmp_path: Path) -> Iterator[Aws]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = cloud.answer(self.headers["X-Amz-Target"].rpartition(".")[2], asked)
            if answer is None:
                return
            body = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    file = tmp_path / "config.yaml"
    file.write_text(CONFIG)
    with serving(Handler) as url:
        aws = Aws(config.read(file).stack(url))
        yield aws
        aws.client("logs").close()


@pytest.fixture
def log(aws: Aws) -> Log:
    found = config.read(aws.stack.root / "config.yaml")
    (group,) = logs.groups(found, aws.stack, ["qr.generator"])
    return Log(group, 0)


def messages(lines: list[Line]) -> list[str]:
    return [line.message for line in lines]


def test_each_line_is_read_once_however_late_it_comes(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    start = logs.now() - HOUR
    cloud.log(start, "one")
    cloud.log(start + 50_000, "two")
    assert messages(logs.read(aws, [log])) == ["one", "two"]
    cloud.log(start + 10_000, "late")
    cloud.log(start + 50_000, "two")  # said twice in one millisecond, and meant so
    assert messages(logs.read(aws, [log])) == ["late", "two"]
    assert logs.read(aws, [log]) == []
    cloud.log(start + 200_000, "three")
    assert messages(logs.read(aws, [log])) == ["three"]
    cloud.log(start + 90_000, "two minutes late")
    assert messages(logs.read(aws, [log])) == ["two minutes late"]


def test_old_lines_are_not_asked_for_again(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    start = logs.now() - HOUR
    for number in range(10):
        cloud.log(start + number * 60_000, str(number))
        logs.read(aws, [log])
    logs.read(aws, [log])
    assert cloud.asked[-1] == ("FilterLogEvents", start + 9 * 60_000 - 120_000)
    assert len(log._seen) == 3


def test_a_line_from_the_future_hides_none(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    cloud.log(logs.now() + HOUR, "from the future")
    logs.read(aws, [log])
    cloud.log(logs.now(), "now")
    assert messages(logs.read(aws, [log])) == ["now"]


def test_lines_of_several_logs_come_by_time(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    for at, message in ((3, "three"), (1, "one"), (2, "two")):
        cloud.log(at, message)
    assert messages(logs.read(aws, [log, Log(log._group, 2)])) == ["one", "two", "two", "three", "three"]


def test_a_restarted_emulator_counts_events_anew(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    cloud.log(logs.now(), "before")
    logs.read(aws, [log])
    cloud.events.clear()
    cloud.there = False
    assert logs.read(aws, [log]) == []
    assert not log.there
    cloud.there = True
    cloud.log(logs.now() + 1, "after", stream="another")
    assert messages(logs.read(aws, [log])) == ["after"]


def test_what_is_not_ours_is_not_read(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    cloud.mark = "shop/test/us-east-1"
    cloud.log(logs.now(), "secret")
    assert logs.read(aws, [log]) == []
    assert not log.there
    assert "FilterLogEvents" not in dict(cloud.asked)


def test_throttling_loses_nothing(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    cloud.log(logs.now(), "one")
    cloud.refusals = [(400, "ThrottlingException")]
    assert messages(logs.read(aws, [log])) == ["one"]


def test_following_outlives_silence(cloud: CloudWatch, aws: Aws, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)  # its own, shorter patience
    cloud.log(logs.now(), "before")
    said: list[str] = []
    shown: list[str] = []

    def show(lines: list[Line]) -> bool:
        shown.extend(messages(lines))
        if not cloud.refusals and not said:
            cloud.refusals = [None] * 5  # one more than botocore asks
        elif said:
            cloud.log(logs.now(), "after")
        return "after" not in shown

    with telling(said.append):
        logs.follow(aws, [log], 0.01, show)
    assert shown == ["before", "after"]
    assert said == ["nothing answers: waiting until it does"]


def test_following_ends_when_the_credentials_do(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    def show(_: list[Line]) -> bool:
        cloud.refusals = [(400, "ExpiredTokenException")]
        cloud.log(logs.now(), "not refused")
        return len(cloud.events) < 3

    with pytest.raises(AwsError, match="credentials"):
        logs.follow(aws, [log], 0.01, show)


START, END = f"START RequestId: {FIRST} Version: $LATEST\n", f"END RequestId: {FIRST}\n"
REPORT = f"REPORT RequestId: {FIRST}\tDuration: 3.39 ms\tBilled Duration: 4 ms\n"


def test_a_line_is_of_the_request_that_it_names_or_that_is_open(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    expected = [
        ("INIT_START Runtime Version: python:3.12.v1\n", ""),
        ("loading\n", ""),
        (START, FIRST),
        ("printed\n", FIRST),
        (f"[INFO]\t2026-01-02T03:04:05.678Z\t{SECOND}\tlogged\n", SECOND),
        (f"RequestId: {SECOND} Error: Runtime exited with error: exit status 1\n", SECOND),
        (f"2026-01-02T03:04:05.678Z {SECOND} Task timed out after 3.00 seconds\n\n", SECOND),
        (f"an order {SECOND} of somebody\n", FIRST),
        (END, FIRST),
        (REPORT, FIRST),
        (START.replace(FIRST, SECOND), SECOND),
        ("printed\n", SECOND),
    ]
    for message, _ in expected:
        cloud.log(1000, message)
    cloud.log(1000, "of another environment", stream="other")
    found = [(line.message, line.request_id) for line in logs.read(aws, [log])]
    assert found == [*expected, ("of another environment", "")]


def test_a_late_line_is_of_the_request_that_was_open_then(cloud: CloudWatch, aws: Aws, log: Log) -> None:
    cloud.log(1000, START)
    cloud.log(2000, START.replace(FIRST, SECOND))
    logs.read(aws, [log])
    cloud.log(1500, "late")
    assert [line.request_id for line in logs.read(aws, [log])] == [FIRST]


def test_the_document_of_a_line() -> None:
    line = Line(1_767_323_045_007, "qr.generator", FIRST, "hello\n")
    moment = "2026-01-02T03:04:05.007Z"
    document = {"time": moment, "function": "qr.generator", "request_id": FIRST, "message": "hello\n"}
    assert line.document() == document


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_lengths_of_time(text: str, expected: int) -> None:
    assert logs.seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "1.5h", "1w", "10m ago", "9999999d", "\u0661m"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        logs.seconds(text)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ["qr.generator", "qr.reader", "photo.presign"]),
        (("photo",), ["photo.presign"]),
        (("photo", "qr.reader"), ["qr.reader", "photo.presign"]),
        (("qr.reader", "qr", "qr"), ["qr.generator", "qr.reader"]),
    ],
)
def test_names_of_apps_and_functions(tmp_path: Path, names: tuple[str, ...], expected: list[str]) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    assert logs.select(config.read(tmp_path / "config.yaml"), names) == expected


def test_now_is_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "time", SimpleNamespace(time=lambda: 1_767_323_045.5))
    assert logs.now() == 1_767_323_045_500
