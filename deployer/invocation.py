"""Calls a function, once, and says what came of it."""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployer.errors import SkiffError, UsageError
from deployer.plan import ours

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.resource import Resource

_STARTING = 30  # seconds on top of a function's timeout, for a cold start


@dataclass(frozen=True)
class Answer:
    """What a function answered.

    Attributes:
        payload: what it returned, or Lambda's description of its error.
        error: how it failed ("Unhandled"); None for a success.
        log: the end of what it logged, 4 KB at most.
    """

    payload: Any
    error: str | None
    log: str


def event(text: str) -> bytes:
    """The event to send.

    Raises:
        UsageError: it is no JSON.
    """
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise UsageError(f"--data is no JSON: {error}", """such as --data '{"length": 20}'""") from None
    return text.encode()


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which no other JSON has."""
    raise ValueError(f"{constant} is no value")


def invoke(aws: Aws, function: Resource, payload: bytes, up: str) -> Answer:
    """Send one event and wait for the answer; never sent again, for nobody knows what was done already.

    Args:
        up: what to do when it is not there.

    Raises:
        SkiffError: there is no such function of ours.
        AwsError: Lambda refused it, or did not answer in time.
    """
    name = function.physical
    have = function.observe(aws, name)
    if have is None or not ours(function, have):
        raise SkiffError(f"{function.app.name}.{function.name} is not deployed", up)
    answer = aws.once(
        "lambda", "invoke", function.spec.timeout + _STARTING, FunctionName=name, Payload=payload, LogType="Tail"
    )
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    returned = answer["Payload"].read()
    return Answer(json.loads(returned) if returned else None, answer.get("FunctionError"), log)


def shown(payload: Any) -> str:
    """A payload for people: the body of a proxy response, JSON within JSON, is unpacked."""
    if isinstance(payload, dict) and "statusCode" in payload and isinstance(payload.get("body"), str):
        with contextlib.suppress(ValueError):  # a body of another kind is shown as it is
            payload = {**payload, "body": json.loads(payload["body"])}
    return json.dumps(payload, indent=2, ensure_ascii=False)
