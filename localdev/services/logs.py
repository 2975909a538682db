"""CloudWatch Logs: tags of log groups, and the patterns that events are filtered by."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from localstack.services.logs.models import logs_stores
from localstack.services.logs.provider import LogsProvider
from localstack.utils.patch import patch
from moto.logs import models
from moto.logs.exceptions import InvalidParameterException

TERM = re.compile(r'\s*([?-]?)(?:"([^"]+)"|([^\s"]+))(?=\s|$)\s*')


def apply() -> None:
    patch(LogsProvider.tag_resource)(tag_what_had_no_tags)
    patch(models.LogsBackend.filter_log_events)(require_pattern)
    patch(models.LogStream.filter_log_events)(only_matching)


def require_pattern(original: Callable[..., Any], self: Any, *given: Any) -> Any:
    Terms(given[6])  # even if there is no stream to search
    return original(self, *given)


def only_matching(original: Callable[..., Any], self: Any, start: int, end: int, pattern: str | None) -> Any:
    """LocalStack takes every event for one that matches."""
    terms = Terms(pattern)
    return [event for event in original(self, start, end, None) if terms.matches(event["message"])]


class Terms:
    """Words and quoted phrases that must all be in a message; ``-`` not, ``?`` any of them.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html Raises
    InvalidParameterException.
    """

    def __init__(self, pattern: str | None) -> None:
        self.every: list[str] = []
        self.none: list[str] = []
        self.any: list[str] = []
        rest = (pattern or "").strip()
        if rest[:1] in ("{", "[", "%"):
            raise InvalidParameterException("Patterns of JSON, columns and regular expressions are not emulated")
        kinds = {"": self.every, "-": self.none, "?": self.any}
        while rest:
            term = TERM.match(rest)
            if term is None or re.search(r"\W", term[3] or ""):
                raise InvalidParameterException(f"Invalid character(s) in term '{rest.split()[0]}'")
            kinds[term[1]].append(term[2] or term[3])
            rest = rest[term.end() :]
        if self.any and (self.every or self.none):
            raise InvalidParameterException("Patterns that combine ?terms with others are not emulated")

    def matches(self, message: str) -> bool:
        return (
            all(term in message for term in self.every)
            and not any(term in message for term in self.none)
            and (not self.any or any(term in message for term in self.any))
        )


def tag_what_had_no_tags(
    original: Callable[..., None], self: Any, context: Any, resource_arn: str, tags: Any, **more: Any
) -> None:
    """LocalStack puts the first tags of a log group into a dictionary that it throws away."""
    logs_stores[context.account_id][context.region].TAGS.setdefault(resource_arn, {})
    original(self, context, resource_arn, tags, **more)
