"""What a function logs: how it reads, where it goes, and when.

Unless a test names another source: https://docs.aws.amazon.com/lambda/latest/dg/, page python-logging (LOG).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from localdev.emulator import Emulator
from tests.localdev.functions.gate import Gate

pytestmark = pytest.mark.emulator

Deploy = Callable[..., Any]
JSON = pytest.mark.feature(
    "Lambda", "logs in JSON, with a level for events and one for records", partly="no events of an init that succeeds"
)
STRUCTURED = """
import logging
def handler(event, context):
    logging.getLogger().debug("detail")
    logging.getLogger().info("unwanted")
    logging.getLogger().warning("wanted", extra={"more": 1})
    print("printed")
    return 1 / event
"""


@pytest.mark.feature("Lambda", "START, END and REPORT lines")
def test_start_end_and_report(deploy: Deploy) -> None:
    """LOG; a cold start is reported once."""
    function = deploy("import time\ndef handler(event, context): time.sleep(0.1)")
    cold, warm = function.invoke(), function.invoke()
    request_id = cold.report["REPORT RequestId"]
    lines = cold.log.splitlines()
    assert lines[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert lines[1] == f"END RequestId: {request_id}"
    duration, billed = (float(cold.report[name].split()[0]) for name in ("Duration", "Billed Duration"))
    init = float(cold.report["Init Duration"].split()[0])
    assert duration >= 100
    assert -0.01 <= billed - (duration + init) <= 1.01  # both are rounded to hundredths
    assert cold.report["Memory Size"] == "256 MB"
    assert 10 < int(cold.report["Max Memory Used"].split()[0]) < 100
    assert "Init Duration" not in warm.report


@pytest.mark.feature("Lambda", "all output logged, in order")
def test_everything_written_is_logged_in_order(deploy: Deploy) -> None:
    """LOG: standard output, standard error, the logging module, child processes."""
    answer = deploy(
        "import logging, os, subprocess, sys\n"
        "def handler(event, context):\n"
        "    print('one')\n"
        "    logging.warning('two\\nlines')\n"
        "    print('three', file=sys.stderr)\n"
        "    subprocess.run(['echo', 'four'])\n"
        "    os.write(1, b'five')"
    ).invoke()
    body = answer.log[answer.log.index("one") : answer.log.index("END")]
    assert re.fullmatch(r"one\n\[WARNING\]\t\S+Z\t\S+\ttwo\nlines\nthree\nfour\nfive\n", body)


@pytest.mark.feature("Lambda", "logs in CloudWatch Logs, their end with the answer")
def test_no_line_is_lost_on_its_way_to_cloudwatch(deploy: Deploy, client: Any, until: Any) -> None:
    """LOG: /aws/lambda/<name>; far more than a pipe holds, until the very end."""
    function = deploy("def handler(event, context):\n    for i in range(5000): print(f'line {i:>30}')")
    assert len(function.invoke().log.encode()) == 4096  # API_Invoke: LogResult holds the last 4 KB
    group = f"/aws/lambda/{function.name}"
    until(lambda: client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    pages = client("logs").get_paginator("filter_log_events")

    def lines() -> list[str]:
        return [
            event["message"].rstrip("\n") for page in pages.paginate(logGroupName=group) for event in page["events"]
        ]

    until(lambda: any(line.startswith("REPORT") for line in lines()))
    assert [line for line in lines() if line.startswith("line")] == [f"line {i:>30}" for i in range(5000)]


@pytest.mark.feature("Lambda", "logs in CloudWatch Logs, their end with the answer")
def test_the_log_of_a_failed_init_reaches_cloudwatch(deploy: Deploy, client: Any, until: Any) -> None:
    """LOG: what the function said before it failed is what its author needs."""
    function = deploy("print('almost'); 1 / 0")
    function.invoke()
    group = f"/aws/lambda/{function.name}"
    until(lambda: client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    until(lambda: client("logs").filter_log_events(logGroupName=group, filterPattern="almost")["events"])


@JSON
def test_logs_may_be_json(deploy: Deploy) -> None:
    """LOG, "Using structured JSON logs"; telemetry-schema-reference. What is printed stays as it is."""
    function = deploy(STRUCTURED, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"})
    start, wanted, printed, report = function.invoke(1).log.splitlines()
    request_id = json.loads(start)["record"].pop("requestId")
    assert json.loads(start)["type"] == "platform.start"
    record = json.loads(wanted)
    assert (record["level"], record["message"], record["more"]) == ("WARNING", "wanted", 1)
    assert record["requestId"] == request_id
    assert printed == "printed"
    told = json.loads(report)
    assert (told["type"], told["record"]["status"]) == ("platform.report", "success")
    assert told["record"]["requestId"] == request_id
    assert told["record"]["metrics"].keys() == {
        "durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"
    }  # fmt: skip
    *_, error, done, report = map(json.loads, function.invoke(0).log.replace("printed\n", "").splitlines())
    assert error["errorType"] == "ZeroDivisionError"
    assert [each["type"] for each in (done, report)] == ["platform.runtimeDone", "platform.report"]
    assert done["record"]["status"] == report["record"]["status"] == "error"


@JSON
@pytest.mark.parametrize(
    ("levels", "events", "records"),
    [
        ({}, ["start", "report"], ["INFO", "WARNING"]),
        (
            {"SystemLogLevel": "DEBUG", "ApplicationLogLevel": "TRACE"},
            ["start", "runtimeDone", "report"],
            ["DEBUG", "INFO", "WARNING"],
        ),
        ({"SystemLogLevel": "WARN", "ApplicationLogLevel": "FATAL"}, [], []),
    ],
    ids=["default", "most", "least"],
)
def test_both_kinds_have_levels(deploy: Deploy, levels: dict[str, str], events: list[str], records: list[str]) -> None:
    """monitoring-cloudwatchlogs-log-level: INFO unless configured; what fails is a warning."""
    function = deploy(STRUCTURED, LoggingConfig={"LogFormat": "JSON", **levels})
    told = [json.loads(line) for line in function.invoke(1).log.splitlines() if line != "printed"]
    assert [each["type"] for each in told if "type" in each] == [f"platform.{event}" for event in events]
    assert [each["level"] for each in told if "level" in each] == records
    assert function.invoke(0).log.count('"status": "error"') == 2


@pytest.mark.feature(
    "Lambda", "logs of an invocation while it runs", partly="each half second; those of the init when it is done"
)
def test_what_is_logged_shows_while_the_function_runs(
    deploy: Deploy, gate: Gate, client: Any, emulator: Emulator, until: Any
) -> None:
    """monitoring-cloudwatchlogs: within seconds; and nothing comes twice."""
    function = deploy(
        gate.knock + "import logging\n"
        "def handler(event, context):\n"
        "    print('one')\n"
        "    logging.warning('two')\n"
        "    print('thr', end='')\n"
        "    if event: knock('waits')\n"
        "    print('ee')\n",
        Timeout=60,
    )
    group = f"/aws/lambda/{function.name}"

    def logged() -> list[str]:
        if not client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        events = client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"].rstrip("\n") for event in events]

    def told(key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = emulator.ask(f"/_localdev/invocations?function={function.name}")[key]
        return found

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(function.invoke, "wait")
        gate.next()
        until(lambda: any(line.endswith("two") for line in logged()))
        start, one, two = logged()
        assert (start.split()[0], one, two.split("\t")[0]) == ("START", "one", "[WARNING]")
        (running,) = told("running")
        assert (running["log"], running["lines"]) == ([start, one, two], 3)
        assert running["request_id"] in start
        gate.open()
    log = answer.result().log.splitlines()
    assert log[:4] == [start, one, two, "three"]
    assert [line.split()[0] for line in log[4:]] == ["END", "REPORT"]
    assert logged() == log
    assert told("running") == []
    (ended,) = told("invocations")
    assert (ended["log"], ended["lines"]) == (log, 6)
    assert ended["started"] == running["started"]
