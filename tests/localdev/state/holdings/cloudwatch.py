from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def make(of: Any, memo: dict[str, Any]) -> None:
    alarm = {"AlarmName": "many", "Namespace": "kept", "MetricName": "calls", "Statistic": "Sum", "Period": 60}
    alarm |= {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    of("cloudwatch").put_metric_alarm(**alarm)
    values = [{"MetricName": "calls", "Value": value, "Unit": "Count"} for value in (1, 2)]
    statistics = {"SampleCount": 2, "Sum": 3, "Minimum": 1, "Maximum": 2}
    of("cloudwatch").put_metric_data(
        Namespace="kept", MetricData=[*values, {"MetricName": "sizes", "StatisticValues": statistics}]
    )
    of("cloudwatch").put_dashboard(DashboardName="all", DashboardBody='{"widgets": []}')
    memo["now"] = datetime.now(UTC)


def look(of: Any, memo: dict[str, Any]) -> Any:
    cloudwatch, now = of("cloudwatch"), memo["now"]
    span = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1), "Period": 7200}
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    return [
        *(
            cloudwatch.get_metric_statistics(Namespace="kept", MetricName=name, Statistics=["Sum"], **span)
            for name in ("calls", "sizes")
        ),
        cloudwatch.list_metrics(Namespace="kept"),
        {name: value for name, value in alarm.items() if not name.startswith("State")},
        cloudwatch.get_dashboard(DashboardName="all"),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """An alarm that was set before there were values goes on looking, each minute: at the last three."""
    of("cloudwatch").put_metric_data(Namespace="kept", MetricData=[{"MetricName": "calls", "Value": 4}])
    assert sum(each["Sum"] for each in look(of, memo)[0]["Datapoints"]) == 7
    until(lambda: of("cloudwatch").describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM", seconds=150)
