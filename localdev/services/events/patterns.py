"""What patterns of rules may say, and wildcards that stand for nothing."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from localstack.services.events.event_rule_engine import EventPatternCompiler, EventRuleEngine
from localstack.services.events.provider import EventsProvider
from localstack.utils.patch import Patch, patch

from localdev.wildcards import between_asterisks


def apply() -> None:
    patch(EventsProvider.put_rule)(look_at_the_pattern)
    Patch(EventRuleEngine, "_evaluate_wildcard", staticmethod(is_like)).apply()


def look_at_the_pattern(
    original: Callable[..., Any], self: Any, context: Any, name: str, *more: Any, **named: Any
) -> Any:
    """LocalStack keeps any text for one, and its rule never fires."""
    pattern = named.get("event_pattern")
    if pattern:
        EventPatternCompiler().compile_event_pattern(pattern)
    return original(self, context, name, *more, **named)


def is_like(pattern: str, value: Any) -> bool:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: ``*`` is any text,
    an empty one, too; ``\\*`` is the character."""
    if not isinstance(value, str):
        return False
    parts = [""]
    for part in re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern):
        if part == "*":
            parts.append("")
        else:
            parts[-1] += re.escape(re.sub(r"\\(?=.)", "", part))
    return between_asterisks(parts).fullmatch(value) is not None
