"""What may be asked for: events in, checked requests out."""

import base64
import difflib
import json
import re
from dataclasses import dataclass
from typing import Any

from password import CLASSES

LENGTHS = range(8, 129)  # characters
DEFAULT_LENGTH = 16
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
FIELDS = ["length", *CLASSES, "name"]


class BadRequestError(ValueError):
    """What the caller has to put right; the message is the answer and repeats no value of the request."""


@dataclass(frozen=True)
class Request:
    """A request with nothing wrong. `switches` has all of CLASSES; `name` is None if the caller chose none."""

    length: int
    switches: dict[str, bool]
    name: str | None


def parse(event: Any) -> Request:
    """The request of a direct invocation, or in the body of an API Gateway REST proxy event.

    Raises BadRequestError.
    """
    fields = fields_of(event)
    for field in fields:
        if field not in FIELDS:
            similar = difflib.get_close_matches(field, FIELDS, n=1)
            hint = f"did you mean '{similar[0]}'?" if similar else f"the fields are {', '.join(FIELDS)}"
            raise BadRequestError(f"'{field}' is unknown: {hint}")
    return Request(length_of(fields), switches_of(fields), name_of(fields))


def fields_of(event: Any) -> dict[str, Any]:
    """The JSON object that was sent."""
    fields = event
    if isinstance(event, dict) and "body" in event:
        body = event["body"]
        if body is None:
            raise BadRequestError("The request has no body")
        try:
            fields = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
        except (TypeError, ValueError, RecursionError):
            raise BadRequestError("The body is not JSON") from None
    if not isinstance(fields, dict):
        raise BadRequestError('The request is not a JSON object like {"length": 16}')
    return fields


def length_of(fields: dict[str, Any]) -> int:
    length = fields.get("length", DEFAULT_LENGTH)
    if not isinstance(length, int) or length not in LENGTHS:  # True and False count as 1 and 0: too short
        raise BadRequestError(f"'length' is not a whole number from {LENGTHS[0]} to {LENGTHS[-1]}")
    return length


def switches_of(fields: dict[str, Any]) -> dict[str, bool]:
    switches = {switch: fields.get(switch, True) for switch in CLASSES}
    for switch, value in switches.items():
        if not isinstance(value, bool):
            raise BadRequestError(f"'{switch}' is neither true nor false")
    if not any(switches.values()):
        raise BadRequestError(f"At least one of {', '.join(CLASSES)} must be true")
    return switches


def name_of(fields: dict[str, Any]) -> str | None:
    if "name" not in fields:
        return None
    name = fields["name"]
    if not isinstance(name, str) or not NAME.fullmatch(name) or ".." in name:
        raise BadRequestError(
            "'name' is not a string of 1 to 128 letters (A-Z, a-z), digits, '.', '_' and '-' "
            "that begins with a letter or a digit and has no '..'"
        )
    return name
