"""Requests and answers as records show them: without secrets, bodies and what is too long."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from datetime import datetime
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"  # what AWS's models mark as sensitive
LONGEST = 100 * 1024  # characters
NAMES = {"s3": {"Bucket": "bucketName"}}


def described(value: Any, shape: Any, service: str) -> dict[str, Any] | None:
    """A structure of one of AWS's models. None if there is nothing to tell."""
    if not value or shape is None:
        return None
    found: dict[str, Any] = _value(dict(value), shape, NAMES.get(service, {}))
    size = len(json.dumps(found, default=str))
    return {"omitted": True, "originalSize": size} if size > LONGEST else found or None


def has_secrets(value: Any, shape: Any) -> bool:
    """Whether any of it is hidden. An error may repeat what it is about."""
    if value is None or shape is None:
        return False
    if shape.metadata.get("sensitive"):
        return True
    if shape.type_name == "structure":
        return any(has_secrets(each, shape.members.get(name)) for name, each in value.items())
    if shape.type_name == "list":
        return any(has_secrets(each, shape.member) for each in value)
    return shape.type_name == "map" and any(has_secrets(each, shape.value) for each in value.values())


def _value(value: Any, shape: Any, names: dict[str, str]) -> Any:
    if shape.metadata.get("sensitive"):
        return HIDDEN
    if shape.type_name == "structure":
        return {
            names.get(name) or name[:1].lower() + name[1:]: _value(each, shape.members[name], names)
            for name, each in value.items()
            if each is not None and name in shape.members and not _is_body(shape.members[name])
        }
    if shape.type_name == "list":
        return [_value(each, shape.member, names) for each in value]
    if shape.type_name == "map":
        return {str(key): _value(each, shape.value, names) for key, each in value.items()}
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value


def _is_body(shape: Any) -> bool:
    return shape.type_name == "blob" or bool(shape.serialization.get("streaming"))
