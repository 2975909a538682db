from __future__ import annotations

import json
from typing import Any

BUS = "orders"


def make(of: Any, memo: dict[str, Any]) -> None:
    events = of("events")
    bus = events.create_event_bus(Name=BUS, Tags=[{"Key": "owner", "Value": "me"}])["EventBusArn"]
    events.put_permission(EventBusName=BUS, StatementId="one", Principal="222222222222", Action="events:PutEvents")
    of("sqs").create_queue(QueueName="told")
    events.put_rule(Name="paid", EventBusName=BUS, EventPattern=json.dumps({"detail": {"paid": [True]}}))
    transformer = {"InputPathsMap": {"of": "$.detail.of"}, "InputTemplate": '"paid by <of>"'}
    target = {"Id": "queue", "Arn": of.arn("sqs", "told"), "InputTransformer": transformer}
    events.put_targets(Rule="paid", EventBusName=BUS, Targets=[target])
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)", Tags=[{"Key": "owner", "Value": "me"}])
    events.put_targets(Rule="hourly", Targets=[{"Id": "queue", "Arn": of.arn("sqs", "told"), "Input": '"now"'}])
    events.put_rule(Name="never", ScheduleExpression="cron(0 3 * * ? *)", State="DISABLED")
    events.create_archive(ArchiveName="all", EventSourceArn=bus)
    memo["bus"] = bus
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "secret"}}
    connection = events.create_connection(Name="shop", AuthorizationType="API_KEY", AuthParameters=key)
    events.create_api_destination(
        Name="shop",
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint="https://shop.invalid/",
        HttpMethod="POST",
    )
    pay(of)
    while events.describe_archive(ArchiveName="all")["EventCount"] == 0:
        pass


def pay(of: Any) -> None:
    entry = {"Source": "shop", "DetailType": "order", "Detail": json.dumps({"paid": True, "of": "Ada"})}
    assert of("events").put_events(Entries=[entry | {"EventBusName": BUS}])["FailedEntryCount"] == 0


def look(of: Any, memo: dict[str, Any]) -> Any:
    events = of("events")
    return [
        events.list_event_buses(),
        events.describe_event_bus(Name=BUS),
        events.list_tags_for_resource(ResourceARN=memo["bus"]),
        events.list_rules(),
        events.list_rules(EventBusName=BUS),
        events.list_targets_by_rule(Rule="hourly"),
        events.list_targets_by_rule(Rule="paid", EventBusName=BUS),
        events.describe_rule(Name="never"),
        events.describe_archive(ArchiveName="all"),
        events.describe_connection(Name="shop"),
        events.describe_api_destination(Name="shop"),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    events, sqs = of("events"), of("sqs")
    url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    said = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))  # of the event before
    assert [each["Body"] for each in said] == ['"paid by Ada"']
    pay(of)
    said = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    assert [each["Body"] for each in said] == ['"paid by Ada"']
    until(lambda: events.describe_archive(ArchiveName="all")["EventCount"] == 2)
    events.remove_targets(Rule="hourly", Ids=["queue"])
    events.delete_rule(Name="hourly")
    events.update_connection(Name="shop", Description="changed")
    events.update_api_destination(Name="shop", Description="changed")
    events.update_archive(ArchiveName="all", Description="changed")
