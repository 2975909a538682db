"""SNS: what AWS refuses, and LocalStack takes or fails at.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from localstack.aws.api.sns import EmptyBatchRequestException, InvalidParameterException
from localstack.services.sns.provider import SnsProvider
from localstack.utils.patch import patch


def apply() -> None:
    patch(SnsProvider.publish)(publish)
    patch(SnsProvider.publish_batch)(publish_batch)
    patch(SnsProvider.set_topic_attributes)(set_topic_attributes)


def publish(original: Callable[..., Any], self: Any, context: Any, **asked: Any) -> Any:
    check_structure(asked.get("message_structure"), asked.get("message"))
    if context.is_internal_call and asked.get("subject"):
        asked["subject"] = asked["subject"][:100]  # an alarm's, with its name in it
    check_subject(asked.get("subject"))
    if not asked.get("message_deduplication_id") and asked.get("message_group_id"):
        self_deduplicating(self, context, asked.get("topic_arn") or asked.get("target_arn") or "")
    return original(self, context, **asked)


def publish_batch(original: Callable[..., Any], self: Any, context: Any, **asked: Any) -> Any:
    entries = asked.get("publish_batch_request_entries")
    if not entries:
        raise EmptyBatchRequestException("The batch request doesn't contain any entries.")
    for entry in entries:
        check_structure(entry.get("MessageStructure"), entry.get("Message"))
        check_subject(entry.get("Subject"))
    if not all(entry.get("MessageDeduplicationId") for entry in entries):
        self_deduplicating(self, context, asked["topic_arn"])
    return original(self, context, **asked)


def check_structure(structure: str | None, message: str | None) -> None:
    if structure == "json":
        with suppress(ValueError):  # which LocalStack says
            if not isinstance(json.loads(message or ""), dict):
                raise invalid("Message Structure - JSON message body failed to parse")
    elif structure is not None:
        raise invalid("Message Structure - Only json is possible")


def check_subject(subject: str | None) -> None:
    if subject is not None and (len(subject) > 100 or not subject.isprintable()):
        raise invalid("Subject")


def self_deduplicating(provider: Any, context: Any, topic: str) -> None:
    """LocalStack asks whether moto's text, ``false``, is False."""
    if topic.endswith(".fifo") and provider._get_topic(topic, context).content_based_deduplication != "true":
        known = "ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        raise invalid(f"The topic should either have {known}")


def set_topic_attributes(original: Callable[..., Any], self: Any, context: Any, **asked: Any) -> Any:
    if asked.get("attribute_name") == "Policy":
        try:
            json.loads(asked.get("attribute_value") or "")
        except ValueError:
            raise invalid("Policy Error: null") from None
    return original(self, context, **asked)


def invalid(what: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter: {what}")
