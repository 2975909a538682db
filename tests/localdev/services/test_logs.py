"""CloudWatch Logs where LocalStack's own differs from AWS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


def test_a_log_group_without_tags_can_be_tagged(client: Callable[..., Any]) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="untagged")
    arn = logs.describe_log_groups(logGroupNamePrefix="untagged")["logGroups"][0]["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"whose": "mine"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"whose": "mine"}
    logs.delete_log_group(logGroupName="untagged")


MESSAGES = ["ERROR disk full", "ERROR disk", "WARN disk full", "full of error", "a-b: c"]


@pytest.fixture(scope="module")
def search(client: Callable[..., Any]) -> Iterator[Callable[[str], list[str]]]:
    logs = client("logs")
    where = {"logGroupName": "searched", "logStreamName": "stream"}
    logs.create_log_group(logGroupName="searched")
    logs.create_log_stream(**where)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": message} for number, message in enumerate(MESSAGES)]
    logs.put_log_events(**where, logEvents=events)

    def search(pattern: str, group: str = "searched") -> list[str]:
        found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        return [each["message"] for each in found]

    yield search
    logs.delete_log_group(logGroupName="searched")


@pytest.mark.feature(
    "CloudWatch Logs",
    "FilterLogEvents by a pattern",
    partly="words, phrases, -not and ?any; others are refused with InvalidParameterException",
)
class TestPatterns:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"""

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("", MESSAGES),
            (" ", MESSAGES),
            ("ERROR", MESSAGES[:2]),  # as it is written
            ("full ERROR", MESSAGES[:1]),
            ('"disk full"', [MESSAGES[0], MESSAGES[2]]),
            ('"a-b: c"', MESSAGES[4:]),
            ("disk -ERROR", MESSAGES[2:3]),
            ('-"disk full" ERROR', MESSAGES[1:2]),
            ("?WARN ?of", MESSAGES[2:4]),
            ('?"a-b" ?WARN', [MESSAGES[2], MESSAGES[4]]),
        ],
    )
    def test_it_finds_what_has_the_terms(
        self, search: Callable[[str], list[str]], pattern: str, found: list[str]
    ) -> None:
        assert search(pattern) == found

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ('{ $.level = "ERROR" }', "not emulated"),
            ("[ip, user]", "not emulated"),
            ("%ERR.*%", "not emulated"),
            ("?WARN ERROR", "not emulated"),
            ("a-b", "Invalid character"),
            ('"open', "Invalid character"),
            ('"a"b', "Invalid character"),
            ("-", "Invalid character"),
        ],
    )
    def test_others_are_refused(
        self, search: Callable[..., list[str]], client: Callable[..., Any], pattern: str, why: str
    ) -> None:
        """Even where there is nothing to find."""
        client("logs").create_log_group(logGroupName="empty")
        try:
            for group in ("searched", "empty"):
                with pytest.raises(ClientError, match=f"InvalidParameterException.*{why}"):
                    search(pattern, group)
        finally:
            client("logs").delete_log_group(logGroupName="empty")
