"""How AWS's services write their calls and their errors, from botocore's own models of them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel

READING = ("Get", "List", "Describe", "Head")
# Where a service's name in signatures is not the one that botocore has for it.
_SIGNED_AS: Mapping[str, str] = {"monitoring": "cloudwatch", "states": "stepfunctions"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``body`` is empty for HEAD, whose length ``headers`` may tell all the same."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def name(method: str, path: str, headers: Message, body: bytes) -> tuple[str, str] | None:
    """Service and operation of a request, such as ``("lambda", "CreateFunction")``; None if it is no call to AWS.

    The service is the one that the signature is for. An operation that its model does not have is named by method
    and path.
    """
    address = urlsplit(path)
    query = parse_qs(address.query, keep_blank_values=True)
    credential = re.search(r"Credential=([^,\s]+)", headers.get("Authorization", ""))
    scope = credential[1] if credential else query.get("X-Amz-Credential", [""])[0]
    if address.path.startswith("/_") or scope.count("/") < 4:  # the emulator's own, or a visitor of a website
        return None
    signed = scope.split("/")[-2]
    service = _SIGNED_AS.get(signed, signed)
    if target := headers.get("X-Amz-Target"):
        return service, target.rpartition(".")[2]
    if headers.get_content_type() == "application/x-www-form-urlencoded" and (
        action := re.search(rb"(?:^|&)Action=(\w+)", body)
    ):
        return service, action[1].decode()
    for operation in _operations(service):
        if operation.matches(method, address.path, query, headers):
            return service, operation.name
    return service, f"{method} {path}"


def refusal(service: str, status: int, code: str, message: str, *, head: bool = False) -> Answer:
    """The answer that says no as the service does; ``head`` for a HEAD request, which gets no body."""
    model = _model(service)
    protocol = model.metadata["protocol"] if model else "json"
    if protocol.endswith("json"):
        content: dict[str, Any] = {"__type": code, "message": message}
        kind = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
        return Answer(status, b"" if head else json.dumps(content).encode(), kind)
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if protocol == "rest-xml":
        text = f"<Error>{error}<RequestId>0</RequestId></Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>0</RequestId></ErrorResponse>"
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return Answer(status, b"" if head else document.encode(), [("Content-Type", "text/xml")])


class _Operation:
    """One operation of a REST service, and what a request for it looks like."""

    def __init__(self, model: OperationModel) -> None:
        self.name: str = model.name
        self.method: str = model.http["method"]
        path, _, query = model.http["requestUri"].partition("?")
        self.query = parse_qs(query, keep_blank_values=True)
        self.path = re.compile(_pattern(path))
        self.in_query: set[str] = set()
        self.in_headers: set[str] = set()
        shape = model.input_shape
        for member in shape.required_members if shape else ():
            where = shape.members[member].serialization
            if where.get("location") == "querystring":
                self.in_query.add(where["name"])
            elif where.get("location") == "header":
                self.in_headers.add(where["name"])
        # The more a request must have, the sooner it is looked at: CopyObject is a PutObject with a header.
        demands = len(self.query) + len(self.in_query) + len(self.in_headers)
        literal = len(re.sub(r"{[^}]*}", "", path))
        self.rank = (model.deprecated, -demands, -literal, "+}" in path)

    def matches(self, method: str, path: str, query: dict[str, list[str]], headers: Message) -> bool:
        return (
            self.method == method
            and self.path.fullmatch(path) is not None
            and self.query.items() <= query.items()
            and query.keys() >= self.in_query
            and all(name in headers for name in self.in_headers)
        )


def _pattern(path: str) -> str:
    """A regular expression for a path such as ``/{Bucket}/{Key+}``."""
    return re.sub(r"\\{\w+(\\\+)?\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(path.rstrip("/"))) + "/?"


@functools.cache
def _operations(service: str) -> list[_Operation]:
    model = _model(service)
    if model is None or not model.metadata["protocol"].startswith("rest"):
        return []
    operations = [_Operation(model.operation_model(name)) for name in model.operation_names]
    return sorted(operations, key=lambda operation: operation.rank)


@functools.cache
def _model(service: str) -> ServiceModel | None:
    try:
        return botocore.session.Session().get_service_model(service)
    except UnknownServiceError:
        return None
