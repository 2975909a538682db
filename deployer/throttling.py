"""How many requests a stage of an API takes: limits of every method, from which others may have made exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deployer.resource import Properties

_EVERY_METHOD = "*/*"
# The account's limits, shown where a stage has none.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_UNLIMITED = {"rateLimit": 10_000, "burstLimit": 5_000}


def limits(stages: list[Any]) -> Properties:
    """The limits of every method, None for none; of each, as AWS spells it, that has others; all that could have."""
    settings = stages[0].get("methodSettings", {}) if len(stages) == 1 else {}
    found = {method: _limits(each) for method, each in settings.items()}
    every = found.pop(_EVERY_METHOD, None)
    exceptions = {method: each for method, each in found.items() if each != every}
    return {"Throttling": every, "MethodThrottling": exceptions, "MethodSettings": list(found)}


def _limits(settings: Any) -> Properties | None:
    found = {"rateLimit": settings["throttlingRateLimit"], "burstLimit": settings["throttlingBurstLimit"]}
    return None if found["rateLimit"] < 0 or found == _UNLIMITED else found


def patches(want: Properties | None, methods: Iterable[str]) -> list[dict[str, str]]:
    """What gives every method the limits ``want``, also those with settings of their own, which else stay.

    https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
    """
    return [
        {"op": "replace", "path": f"/{method}/throttling/{limit}", "value": str(value)}
        for method in (_EVERY_METHOD, *methods)
        for limit, value in (want or _UNLIMITED).items()
    ]
