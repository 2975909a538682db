"""awslambdaric's module ``runtime_client`` without a compiler: it takes its place where there is none.

Runs inside the function's process, so it imports nothing of ours and as little as it can: `socket` and what it
imports would take a tenth of a cold start, and the module beneath it has all that is needed.
The interface: https://github.com/aws/aws-lambda-python-runtime-interface-client (runtime_client.cpp);
the protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import _socket
import os
import sys
import time

_DEADLINE = "Lambda-Runtime-Deadline-Ms"

_user_agent = ""
_connection: _socket.socket | None = None


def initialize_client(user_agent: str) -> None:
    global _user_agent
    _user_agent = user_agent


def next() -> tuple[bytes, dict[str, str | int]]:
    """The next event and its headers. Blocks until there is one."""
    status, headers, body = _request("GET", "next", {}, b"")
    if status != 200:
        raise RuntimeError(f"Failed to get next: HTTP status {status}")
    return body, {**headers, _DEADLINE: int(headers[_DEADLINE])}


def post_invocation_result(invoke_id: str, data: bytes, content_type: str, invocation_id: str | None = None) -> None:
    status, _, body = _request("POST", f"{invoke_id}/response", {"Content-Type": content_type}, data)
    if status != 202:
        said = f"Failed to post handler success response. Http response code: {status}. {body.decode()}"
        print(f"[ERROR] [{time.time_ns() // 1000000}] LAMBDA_RUNTIME {said}", file=sys.stderr, flush=True)
        raise RuntimeError("Failed to post invocation response")


def post_error(invoke_id: str, data: str, xray_fault: str, invocation_id: str | None = None) -> None:
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-Error-Type": "Unhandled",
        "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault,
    }
    if _request("POST", f"{invoke_id}/error", headers, data.encode())[0] != 202:
        raise RuntimeError("Failed to post invocation error")


def _connected() -> _socket.socket:
    global _connection
    if _connection is None:
        host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
        _connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        _connection.connect((host.encode(), int(port)))  # a text would be encoded as domain names are
        _connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
    return _connection


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    connection = _connected()
    lines = [
        f"{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1",
        f"Host: {os.environ['AWS_LAMBDA_RUNTIME_API']}",
        f"User-Agent: {_user_agent}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    first, *lines = received[:end].decode("latin-1").split("\r\n")
    answered = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    del received[: end + 4]
    while len(received) < int(answered.get("Content-Length", 0)):
        received += _more(connection)
    return int(first.split()[1]), answered, bytes(received)


def _more(connection: _socket.socket) -> bytes:
    if not (data := connection.recv(1 << 20)):
        raise RuntimeError("the Lambda runtime API closed the connection")
    return data
