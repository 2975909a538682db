"""What functions log and what is counted of them, which is written down many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localdev.emulator import Emulator

pytestmark = pytest.mark.emulator
SOURCE = """
def handler(event, context):
    print(f"{event} of many")
    if event == "fail":
        raise ValueError
"""


@pytest.fixture(scope="module")
def function(deploy: Callable[..., Any]) -> Any:
    """Invoked six times, the last of which failed."""
    function = deploy(SOURCE)
    for number in range(5):
        assert function.invoke(number).error is None
    assert function.invoke("fail").error == "Unhandled"
    return function


@pytest.mark.feature("Lambda", "logs in CloudWatch, which are made with the first line")
def test_what_was_logged_is_there_at_once_in_its_order(function: Any, client: Callable[[str], Any]) -> None:
    """AWS takes seconds: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""
    (stream,) = client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{function.name}")["logStreams"]
    where = {"logGroupName": f"/aws/lambda/{function.name}", "logStreamName": stream["logStreamName"]}
    events = client("logs").get_log_events(**where, startFromHead=True)["events"]
    assert [each["message"] for each in events if "of many" in each["message"]] == [
        f"{number} of many\n" for number in [*range(5), "fail"]
    ]
    assert sum(each["message"].startswith("REPORT ") for each in events) == 6
    assert [each["timestamp"] for each in events] == sorted(each["timestamp"] for each in events)


@pytest.mark.feature("Lambda", "metrics of functions", partly="Invocations and Errors, and there at once")
def test_what_was_invoked_is_counted(function: Any, client: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""
    now = datetime.now(UTC)

    def total(metric: str) -> float:
        found = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": function.name}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=10),
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(each["Sum"] for each in found["Datapoints"])

    assert (total("Invocations"), total("Errors")) == (6, 1)


def test_a_deleted_log_group_does_not_come_back(deploy: Callable[..., Any], client: Callable[[str], Any]) -> None:
    function, logs = deploy(SOURCE), client("logs")
    logs.create_log_group(logGroupName=f"/aws/lambda/{function.name}")
    function.invoke("last")
    logs.delete_log_group(logGroupName=f"/aws/lambda/{function.name}")
    assert logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function.name}")["logGroups"] == []


PREPARED = """
import threading, time
from collections import Counter
from types import SimpleNamespace
from localdev.functions import recording
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.logs import LogHandler, LogItem

class NotThere(Exception):
    pass

class Client:
    exceptions = SimpleNamespace(ResourceNotFoundException=NotThere, ResourceAlreadyExistsException=NotThere)
    def put_log_events(self, logStreamName, logEvents, **_):
        if logStreamName == "none":
            raise RuntimeError("no such stream, ever")
        asked["logs"] += 1
        written.extend(each["message"] for each in logEvents)
    def put_metric_data(self, Namespace, MetricData):
        asked["metrics"] += 1
        for each in MetricData:
            (value,), (number,) = each["Values"], each["Counts"]
            written.extend([each["MetricName"]] * number * value)

asked, written, clients = Counter(), [], SimpleNamespace(logs=Client(), cloudwatch=Client())
recording.connect_to = lambda **_: clients
recording.apply()
handler = LogHandler("arn:aws:iam::000000000000:role/function", "us-east-1")
handler.start_subscriber()
started, start = [], threading.Thread.start
threading.Thread.start = lambda self: started.append(self) or start(self)

def end_of_an_invocation(stream="stream"):
    handler.add_logs(LogItem("group", stream, "line\\n"))
    version_manager.start_thread(
        lambda *_, **__: version_manager.record_cw_metric_invocation("name", "000000000000", "us-east-1"),
        name="record-cloudwatch-metric-name",
    )
"""

TOGETHER = """
with recording._writing:  # so that none is written before the last one is there
    for _ in range(1500):
        end_of_an_invocation()
    assert started == []
deadline = time.monotonic() + 60
while len(written) < 3000 and time.monotonic() < deadline:
    time.sleep(0.01)
assert Counter(written) == {"line\\n": 1500, "Invocations": 1500}
assert asked == {"logs": 1, "metrics": 1}
"""

ONE_FAILS = """
with recording._writing:
    end_of_an_invocation("none")
    end_of_an_invocation()
    recording.write()
assert Counter(written) == {"line\\n": 1, "Invocations": 2}
"""


@pytest.mark.parametrize("what", [TOGETHER, ONE_FAILS], ids=["many together", "one fails"])
def test_invocations_start_no_threads_and_share_requests(what: str, within_localstack: Callable[[str], None]) -> None:
    within_localstack(PREPARED + what)


@pytest.mark.parametrize("source", ["def handler(event, context): pass", "def handler(event, context): print()"])
def test_a_function_may_log_nothing(
    source: str, deploy: Callable[..., Any], client: Callable[[str], Any], emulator: Emulator
) -> None:
    """Which is no failure to write it down, and tells nobody so."""
    function = deploy(source, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    before = emulator.log.stat().st_size
    assert function.invoke().error is None
    client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function.name}")  # all is written by then
    with emulator.log.open() as log:
        log.seek(before)
        assert "is lost" not in log.read()
