"""Queues in which tests find what others were told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Queue:
    url: str
    arn: str
    client: Any

    def receive(self, **how: Any) -> list[dict[str, Any]]:
        """What can be received at once, with all that is known of it."""
        known: dict[str, Any] = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        asked = self.client.receive_message(QueueUrl=self.url, **{"MaxNumberOfMessages": 10} | known | how)
        messages: list[dict[str, Any]] = asked.get("Messages", [])
        return messages

    def next(self, number: int) -> list[str]:
        """The bodies of as many messages, which are deleted. Fails if they do not come."""
        bodies: list[str] = []
        for _ in range(20):
            for message in self.receive(WaitTimeSeconds=2):
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
            if len(bodies) >= number:
                return bodies
        raise AssertionError(f"{number} messages were to come, and there are {bodies}")

    def next_events(self, number: int) -> list[Any]:
        return [json.loads(body) for body in self.next(number)]
