"""What invocations leave behind, their logs and metrics, written down aside and many at once; metrics of queues, too.

LocalStack 4.13.1 sends itself two requests for each invocation, and for each message, from threads of its own, and the
next one waits for the interpreter meanwhile. Here they gather for a moment. Who asks for them gets them all.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

from localstack.aws import handlers
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.logs import LogHandler, LogItem
from localstack.utils.patch import Patch, patch
from localstack.utils.threads import start_thread

LOG = logging.getLogger(__name__)
PAUSE = 0.2  # seconds
# Of logs and CloudWatch: what is no question, and may be asked while we write.
WRITING = frozenset({"CreateLogGroup", "CreateLogStream", "PutLogEvents", "PutMetricData"})
# Metrics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
AT_ONCE = 1000


@dataclass(frozen=True)
class Log:
    """What one invocation logged. at: milliseconds since 1970."""

    account: str
    region: str
    item: LogItem
    at: int


@dataclass(frozen=True)
class Metric:
    """One more value of a metric. dimension: its name and value. at: seconds since 1970, in whole ones.

    Equal ones are written as one with a count.
    """

    account: str
    region: str
    namespace: str
    name: str
    dimension: tuple[str, str]
    at: int
    value: float = 1
    unit: str | None = None


_waiting: SimpleQueue[Log | Metric] = SimpleQueue()
_arrived = threading.Event()
_writing = threading.RLock()


class Lines:
    """In the place of the queue that LocalStack empties by a thread for each version."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def put(self, item: LogItem) -> None:
        record(Log(self._account, self._region, item, int(time.time() * 1000)))


def apply() -> None:
    """Once per process, before the first function is made."""
    patch(LogHandler.__init__)(write_to_us)
    patch(LogHandler.start_subscriber)(lambda original, self: None)
    patch(version_manager.LambdaVersionManager.store_logs)(lambda original, self, **_: None)  # see `invocation_log`
    Patch(version_manager, "record_cw_metric_invocation", count_invocation).apply()
    Patch(version_manager, "record_cw_metric_error", count_error).apply()
    Patch(version_manager, "start_thread", start_no_thread_to_count(start_thread)).apply()
    handlers.serve_custom_service_request_handlers.append(write_before_it_is_read)
    threading.Thread(target=write_in_turns, name="lambda-records", daemon=True).start()


def write_to_us(original: Callable[..., None], self: Any, role: str, region: str) -> None:
    original(self, role, region)
    self.log_queue = Lines(role.split(":")[4], region)


def count_invocation(function_name: str, account_id: str, region_name: str) -> None:
    count_function(account_id, region_name, "Invocations", function_name)


def count_error(function_name: str, account_id: str, region_name: str) -> None:
    count_invocation(function_name, account_id, region_name)
    count_function(account_id, region_name, "Errors", function_name)


def count_function(account: str, region: str, name: str, function: str) -> None:
    record(Metric(account, region, "AWS/Lambda", name, ("FunctionName", function), int(time.time())))


def start_no_thread_to_count(original: Callable[..., Any]) -> Callable[..., Any]:
    def start(method: Callable[..., Any], *arguments: Any, name: str = "", **more: Any) -> Any:
        if name.startswith("record-cloudwatch-metric"):
            return method()
        return original(method, *arguments, name=name, **more)

    return start


def record(what: Log | Metric) -> None:
    _waiting.put(what)
    _arrived.set()


def write_before_it_is_read(chain: Any, context: Any, response: Any) -> None:
    """A handler of the gateway. Deleting counts, too, or what is written later would bring a log group back."""
    service = context.service
    if service is not None and service.service_name in ("logs", "cloudwatch") and context.operation.name not in WRITING:
        write()


def write_in_turns() -> None:
    while True:
        _arrived.wait()
        time.sleep(PAUSE)
        write()


def write() -> None:
    """Returns once everything recorded up to now is written."""
    with _writing:
        _arrived.clear()
        logs: dict[tuple[str, str, str, str], list[Log]] = defaultdict(list)
        metrics: dict[tuple[str, str, str], Counter[Metric]] = defaultdict(Counter)
        for each in _taken():
            if isinstance(each, Log):
                logs[each.account, each.region, each.item.log_group, each.item.log_stream].append(each)
            else:
                metrics[each.account, each.region, each.namespace][each] += 1
        for (account, region, group, stream), lines in logs.items():
            _try(_write_lines, account, region, group, stream, lines)
        for (account, region, namespace), counted in metrics.items():
            _try(_write_metrics, account, region, namespace, counted)


def _taken() -> list[Log | Metric]:
    taken = []
    while True:
        try:
            taken.append(_waiting.get_nowait())
        except Empty:
            return taken


def _try(write: Callable[..., None], account: str, region: str, *what: Any) -> None:
    try:
        write(account, region, *what)
    except Exception as error:  # the others' must not be lost
        LOG.warning("what account %s logged or counted in %s is lost: %s", account, region, error)


def _write_lines(account: str, region: str, group: str, stream: str, lines: list[Log]) -> None:
    logs: Any = connect_to(aws_access_key_id=account, region_name=region).logs
    # Each line is an event, and empty ones are not taken.
    texts = [(each.at, line) for each in lines for line in each.item.logs.split("\n") if line]
    events = [{"timestamp": at, "message": f"{line}\n"} for at, line in texts]
    if not events:  # a function may log nothing at all
        return
    where = {"logGroupName": group, "logStreamName": stream}
    try:
        logs.put_log_events(**where, logEvents=events)
    except logs.exceptions.ResourceNotFoundException:
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.create_log_stream(**where)
        logs.put_log_events(**where, logEvents=events)


def _write_metrics(account: str, region: str, namespace: str, counted: Counter[Metric]) -> None:
    cloudwatch = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    data = [
        {
            "MetricName": each.name,
            "Dimensions": [dict(zip(("Name", "Value"), each.dimension, strict=True))],
            "Timestamp": datetime.fromtimestamp(each.at, UTC),
            "Values": [each.value],
            "Counts": [number],
            **({"Unit": each.unit} if each.unit else {}),
        }
        for each, number in counted.items()
    ]
    for first in range(0, len(data), AT_ONCE):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[first : first + AT_ONCE])
