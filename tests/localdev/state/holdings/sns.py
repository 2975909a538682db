from __future__ import annotations

import json
from typing import Any


def make(of: Any, memo: dict[str, Any]) -> None:
    sns, queue = of("sns"), of("sqs").create_queue(QueueName="news", Attributes={"DelaySeconds": "0"})["QueueUrl"]
    memo["queue"] = queue
    topic = memo["topic"] = sns.create_topic(Name="news", Tags=[{"Key": "owner", "Value": "me"}])["TopicArn"]
    filters = {"FilterPolicy": json.dumps({"of": ["sport"]}), "RawMessageDelivery": "true"}
    memo["subscription"] = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=of.arn("sqs", "news"), Attributes=filters, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    of("sqs").send_message(QueueUrl=queue, MessageBody="before")


def look(of: Any, memo: dict[str, Any]) -> Any:
    sns = of("sns")
    return [
        sns.get_topic_attributes(TopicArn=memo["topic"]),
        sns.list_tags_for_resource(ResourceArn=memo["topic"]),
        sns.list_subscriptions_by_topic(TopicArn=memo["topic"]),
        sns.get_subscription_attributes(SubscriptionArn=memo["subscription"]),
        of("sqs").get_queue_attributes(QueueUrl=memo["queue"], AttributeNames=["All"]),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    for kind in ("sport", "weather"):
        about = {"of": {"DataType": "String", "StringValue": kind}}
        of("sns").publish(TopicArn=memo["topic"], Message=kind, MessageAttributes=about)
    found: list[str] = []

    def received() -> list[str]:
        answer = of("sqs").receive_message(QueueUrl=memo["queue"], MaxNumberOfMessages=10)
        found.extend(each["Body"] for each in answer.get("Messages", []))
        return found

    # What was received long ago can be received again.
    until(lambda: {"before", "sport"} <= set(received()))
    assert set(found) == {"before", "sport"}
