"""CloudWatch Logs where LocalStack's own differs from AWS."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

PATTERNS = pytest.mark.feature(
    "CloudWatch Logs",
    "filter patterns: terms, JSON's properties, columns, regular expressions",
    partly="?terms beside others are refused with InvalidParameterException",
)
METRIC_FILTERS = pytest.mark.feature(
    "CloudWatch Logs", "metric filters", partly="a default value is put with each batch of events that do not match"
)
SUBSCRIPTIONS = pytest.mark.feature(
    "CloudWatch Logs", "subscription filters", partly="to functions; other destinations are refused"
)


@dataclass(frozen=True)
class Group:
    name: str
    client: Any

    def log(self, *messages: str) -> None:
        now = int(time.time() * 1000)
        events = [{"timestamp": now + number, "message": message} for number, message in enumerate(messages)]
        self.client.put_log_events(logGroupName=self.name, logStreamName="stream", logEvents=events)

    def find(self, pattern: str) -> list[str]:
        found = self.client.filter_log_events(logGroupName=self.name, filterPattern=pattern)["events"]
        return [each["message"] for each in found]


@pytest.fixture
def group(client: Callable[..., Any], request: pytest.FixtureRequest) -> Iterator[Group]:
    name = re.sub(r"\W", "-", request.node.name)
    client("logs").create_log_group(logGroupName=name)
    client("logs").create_log_stream(logGroupName=name, logStreamName="stream")
    yield Group(name, client("logs"))
    client("logs").delete_log_group(logGroupName=name)


def test_a_log_group_without_tags_can_be_tagged(client: Callable[..., Any], group: Group) -> None:
    logs = client("logs")
    arn = logs.describe_log_groups(logGroupNamePrefix=group.name)["logGroups"][0]["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"whose": "mine"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"whose": "mine"}


@PATTERNS
def test_events_are_found_by_patterns(group: Group) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html; see test_log_patterns"""
    with pytest.raises(ClientError, match=r"InvalidParameterException.*Invalid character"):
        group.find('"open')  # even if there is nothing to find
    messages = ["ERROR disk full", '{"level": "ERROR", "code": 7}', "WARN disk"]
    group.log(*messages)
    assert group.find("") == messages
    assert group.find("disk -WARN") == messages[:1]
    assert group.find("{ $.code > 6 }") == messages[1:2]
    assert group.find("[level, what]") == messages[2:]
    with pytest.raises(ClientError, match=r"InvalidParameterException.*not emulated"):
        group.find("?WARN ERROR")


class TestMetricFilters:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html"""

    @METRIC_FILTERS
    def test_values_of_matching_events_are_put(self, client: Callable[..., Any], group: Group) -> None:
        put(group, "took", "{ $.path = * }", metricValue="$.took", unit="Milliseconds", dimensions={"Path": "$.path"})
        put(group, "bytes", "[path, status = 2*, bytes]", metricValue="$bytes")
        put(group, "errors", "ERROR", metricValue="1")
        put(group, "errors", "?FATAL ?ERROR", metricValue="2", defaultValue=0)  # in its place
        lines = [
            json.dumps({"path": "/a", "took": 1.5}),
            json.dumps({"path": "/a", "took": 3}),
            "/b 200 70",
            "/b 500 7",
        ]
        group.log(*lines, "ERROR no", '{"path": "/b"}', '{"took": 9}')
        group.log("no match")
        assert sums(client, group, "took", Path="/a") == (2, 4.5, "Milliseconds")
        assert sums(client, group, "bytes") == (1, 70, "None")
        assert sums(client, group, "errors") == (2, 2, "None")
        assert sums(client, group, "took") is sums(client, group, "took", Path="/b") is None

    @METRIC_FILTERS
    def test_they_belong_to_their_group(self, client: Callable[..., Any], group: Group) -> None:
        put(group, "all", "", metricValue="1")
        [described] = group.client.describe_metric_filters(logGroupName=group.name)["metricFilters"]
        assert (described["filterName"], described["creationTime"] > 1e12) == ("all", True)
        again = f"{group.name}-other"
        client("logs").create_log_group(logGroupName=again)
        client("logs").create_log_stream(logGroupName=again, logStreamName="stream")
        Group(again, group.client).log("nothing of ours")
        assert sums(client, group, "all") is None
        put(Group(again, group.client), "all", "", metricValue="1")
        client("logs").delete_log_group(logGroupName=again)
        assert not group.client.describe_metric_filters(logGroupName=again)["metricFilters"]
        assert group.client.describe_metric_filters(logGroupName=group.name)["metricFilters"]

    def test_what_is_refused(self, group: Group) -> None:
        with pytest.raises(ClientError, match=r"InvalidParameterException.*Invalid character"):
            put(group, "wrong", "a-b", metricValue="1")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            put(Group("nobody", group.client), "nowhere", "", metricValue="1")

    @METRIC_FILTERS
    def test_they_can_be_tried_out(self, client: Callable[..., Any]) -> None:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
        asked = client("logs").test_metric_filter(filterPattern="[a, b > 1]", logEventMessages=["x 1", "x 2", "x"])
        assert asked["matches"] == [
            {"eventNumber": 2, "eventMessage": "x 2", "extractedValues": {"$a": "x", "$b": "2"}}
        ]


def put(group: Group, name: str, pattern: str, **counted: Any) -> None:
    transformation = {"metricName": name, "metricNamespace": group.name} | counted
    group.client.put_metric_filter(
        logGroupName=group.name, filterName=name, filterPattern=pattern, metricTransformations=[transformation]
    )


def sums(client: Callable[..., Any], group: Group, name: str, **dimensions: str) -> tuple[float, float, str] | None:
    """How many values there are, their sum and unit."""
    now = datetime.now(UTC)
    asked = client("cloudwatch").get_metric_statistics(
        Namespace=group.name,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    if not asked:
        return None
    count, total = (sum(each[what] for each in asked) for what in ("SampleCount", "Sum"))
    return count, total, asked[0]["Unit"]


TOLD = """
import base64, gzip, json
def handler(event, context):
    said = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print("told", json.dumps(said))
"""


class TestSubscriptions:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample"""

    @SUBSCRIPTIONS
    def test_a_function_gets_what_matches(
        self, client: Callable[..., Any], group: Group, deploy: Callable[..., Any], until: Callable[..., Any]
    ) -> None:
        function = deploy(TOLD)
        arn = client("lambda").get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
        for name, pattern in (("errors", "ERROR"), ("events", "{ $.n > 1 }")):
            client("logs").put_subscription_filter(
                logGroupName=group.name, filterName=name, filterPattern=pattern, destinationArn=arn
            )
        own = Group(f"/aws/lambda/{function.name}", group.client)
        group.client.create_log_group(logGroupName=own.name)
        with pytest.raises(ClientError, match="reserved for the function logs of the destination function"):
            group.client.put_subscription_filter(
                logGroupName=own.name, filterName="round", filterPattern="", destinationArn=arn
            )
        group.log("ERROR 1", '{"n": 1}', '{"n": 2}', "ERROR 2")

        def told() -> dict[str, Any]:
            said = [json.loads(line.removeprefix("told ")) for line in own.find("told")]
            return {each["subscriptionFilters"][0]: each for each in said}

        found = until(lambda: len(now := told()) == 2 and now, seconds=60)
        events = found["errors"].pop("logEvents")
        assert [each["message"] for each in events] == ["ERROR 1", "ERROR 2"]
        assert all(each["id"] and each["timestamp"] > 1e12 for each in events)
        assert [each["message"] for each in found["events"]["logEvents"]] == ['{"n": 2}']
        assert found["errors"] == {
            "messageType": "DATA_MESSAGE",
            "owner": "000000000000",
            "logGroup": group.name,
            "logStream": "stream",
            "subscriptionFilters": ["errors"],
        }

    @SUBSCRIPTIONS
    @pytest.mark.parametrize(
        ("target", "pattern", "why"),
        [
            ("arn:aws:lambda:us-east-1:000000000000:function:nobody", "", "Could not execute the lambda function"),
            ("arn:aws:kinesis:us-east-1:000000000000:stream/some", "", "not emulated"),
            ("arn:aws:lambda:us-east-1:000000000000:function:nobody", "a-b", "Invalid character"),
        ],
        ids=["nobody", "kinesis", "pattern"],
    )
    def test_what_is_refused(self, group: Group, target: str, pattern: str, why: str) -> None:
        with pytest.raises(ClientError, match=f"InvalidParameterException.*{why}"):
            group.client.put_subscription_filter(
                logGroupName=group.name, filterName="wrong", filterPattern=pattern, destinationArn=target
            )
