from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen


def make(of: Any, memo: dict[str, Any]) -> None:
    memo["queue"] = of("sqs").create_queue(QueueName="scheduled")["QueueUrl"]
    of("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="cron(0 3 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": of.arn("sqs", "scheduled"), "RoleArn": f"arn:aws:iam::{of.number}:role/any", "Input": '"now"'},
    )


def look(of: Any, memo: dict[str, Any]) -> Any:
    return [of("scheduler").list_schedules(), of("scheduler").get_schedule(Name="nightly")]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    url = f"{of.url}/_localdev/events/nightly/fire?group=default&account={of.number}&region=us-east-1"
    with urlopen(url, data=b"", timeout=60) as answer:
        assert json.load(answer)["targets"] == [{"arn": of.arn("sqs", "scheduled"), "error": None}]
    assert of("sqs").receive_message(QueueUrl=memo["queue"])["Messages"][0]["Body"]
