"""Metric filters: what is counted of log events.

LocalStack counts every event of every group, by 1, and never heeds patterns.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto
from localstack.utils.patch import patch
from moto.core.utils import unix_time_millis
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.metric_filters import MetricFilters
from moto.logs.models import LogsBackend, logs_backends

from localdev.log_patterns import number_of, parse, text_of
from localdev.services.logs.valid import valid

LOG = logging.getLogger(__name__)
AT_ONCE = 1000  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html


def apply() -> None:
    patch(LogsProvider.put_log_events)(count)
    patch(LogsBackend.put_metric_filter)(put)
    patch(LogsBackend.delete_log_group)(delete_with_its_group)
    patch(LogsProvider.test_metric_filter)(try_out)


def put(original: Callable[..., None], self: Any, name: str, pattern: str, group: str, counted: Any) -> None:
    """In the place of the one of that name, beside which moto puts another."""
    valid(pattern)
    if group not in self.groups:
        raise ResourceNotFoundException()
    self.filters.delete_filter(name, group)
    original(self, name, pattern, group, counted)
    self.filters.metric_filters[-1]["creationTime"] = int(unix_time_millis())


def delete_with_its_group(original: Callable[..., None], self: Any, group: str) -> None:
    original(self, group)
    filters: MetricFilters = self.filters
    filters.metric_filters[:] = [each for each in filters.metric_filters if each["logGroupName"] != group]


def try_out(original: Callable[..., Any], self: Any, context: Any, filter_pattern: str, log_event_messages: Any) -> Any:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    pattern, matches = valid(filter_pattern), []
    for number, message in enumerate(log_event_messages, 1):
        values = pattern.read(message)
        if values is not None:
            extracted = {name: text_of(value) for name, value in values.items()}
            matches.append({"eventNumber": number, "eventMessage": message, "extractedValues": extracted})
    return {"matches": matches}


def count(original: Callable[..., Any], self: Any, context: Any, log_group_name: str, *more: Any, **named: Any) -> Any:
    answer = call_moto(context)
    events = context.service_request["logEvents"]
    for each in logs_backends[context.account_id][context.region].filters.metric_filters:
        if each["logGroupName"] == log_group_name:
            for counted in each["metricTransformations"]:
                write(context, counted["metricNamespace"], data(each["filterPattern"], counted, events))
    return answer


def write(context: Any, namespace: str, counts: Iterator[dict[str, Any]]) -> None:
    """What fails must not lose the events, which are there by now."""
    try:
        found = list(counts)
        cloudwatch = connect_to(aws_access_key_id=context.account_id, region_name=context.region).cloudwatch
        for first in range(0, len(found), AT_ONCE):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=found[first : first + AT_ONCE])
    except Exception as error:
        LOG.warning("what a metric filter of account %s counted is lost: %s", context.account_id, error)


def data(text: str, counted: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One for each event that matches and has the value; the default for events none of which matches."""
    pattern, matched = parse(text), False
    unit = {"Unit": counted["unit"]} if "unit" in counted else {}
    dimensions = counted.get("dimensions") or {}
    for event in events:
        values = pattern.read(event["message"], counted["metricValue"], *dimensions.values())
        if values is None:
            continue
        matched = True
        value = number_of(values.get(counted["metricValue"], counted["metricValue"]))
        if value is None:
            continue
        named = {name: values[source] for name, source in dimensions.items() if values.get(source) is not None}
        yield {
            "MetricName": counted["metricName"],
            "Value": value,
            "Timestamp": datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
            "Dimensions": [{"Name": name, "Value": text_of(value)} for name, value in named.items()],
            **unit,
        }
    if events and not matched and "defaultValue" in counted:
        yield {"MetricName": counted["metricName"], "Value": counted["defaultValue"], **unit}
