"""Lengths and numbers that AWS takes, and what must be there: as each service's model says, which its API checks first.

What the model calls sensitive no message shows.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext

LENGTHS = ("string", "blob", "list", "map")
NUMBERS = ("integer", "long", "float", "double")
# Where the model of Lambda says more than the service takes, or nothing.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST = {
    ("CreateFunction", "FunctionName"): 64,
    ("CreateFunction", "MemorySize"): 10_240,
    ("CreateFunction", "Timeout"): 900,
    ("UpdateFunctionConfiguration", "MemorySize"): 10_240,
    ("UpdateFunctionConfiguration", "Timeout"): 900,
}


def apply() -> None:
    handlers.serve_custom_service_request_handlers.append(check)


def check(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises CommonServiceException with all that is too short, long, small or large."""
    if context.operation is None or context.operation.input_shape is None or context.is_internal_call:
        return
    request: Any = dict(context.service_request or {})
    assert context.service is not None
    limits = MOST if context.service.service_name == "lambda" else {}
    wrong = list(problems(context.operation.input_shape, request, ""))
    if context.service.service_name != "s3":  # which has other words for it, and LocalStack knows them
        wrong += missing(context.operation.input_shape, request, "")
    for (operation, parameter), most in limits.items():
        value = request.get(parameter)
        if operation == context.operation.name and value is not None:
            wrong += bounds(value if parameter != "FunctionName" else value.rpartition(":")[2], parameter, most=most)
    if wrong:
        wrong = list(dict.fromkeys(wrong))
        head = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected: "
        code = "ValidationError" if context.service.protocol == "query" else "ValidationException"
        raise CommonServiceException(code, head + "; ".join(wrong), 400, sender_fault=True)


def problems(shape: Shape, value: Any, path: str, *, secret: bool = False) -> Iterator[str]:
    """shape: of the value. path: where it stands in the request, as AWS writes it. secret: not to be shown."""
    if value is None:
        return
    limits = shape.metadata
    secret = secret or bool(limits.get("sensitive"))
    if shape.type_name in LENGTHS + NUMBERS and path and not hasattr(value, "read"):
        yield from bounds(value, path, limits.get("min"), limits.get("max"), secret=secret)
    for member, each, where in _parts(shape, value, path):
        yield from problems(member, each, where, secret=secret)


def missing(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if value.get(name) is None:
                at = _written(f"{path}.{name}" if path else name)
                yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"
    for member, each, where in _parts(shape, value, path):
        yield from missing(member, each, where)


def _parts(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield member, value.get(name), f"{path}.{name}" if path else name
    elif isinstance(shape, ListShape):
        for number, each in enumerate(value, 1):
            yield shape.member, each, f"{path}.{number}.member"
    elif isinstance(shape, MapShape):
        for key, each in value.items():
            yield shape.key, key, f"{path}.key"
            yield shape.value, each, f"{path}.{key}.member"


def bounds(
    value: Any, path: str, least: float | None = None, most: float | None = None, *, secret: bool = False
) -> Iterator[str]:
    counted = isinstance(value, int | float)
    size = value if counted else len(value)
    what = "have value" if counted else "have length"
    shown = value if counted or isinstance(value, str) else "[...]"
    shown = "" if secret else f" '{shown}'"
    failed = f"Value{shown} at '{_written(path)}' failed to satisfy constraint: Member must {what}"
    if least is not None and size < least:
        yield f"{failed} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{failed} less than or equal to {most}"


def _written(path: str) -> str:
    return ".".join(part[:1].lower() + part[1:] for part in path.split("."))
