"""awslambdaric's module ``runtime_client`` without a compiler: it takes its place where there is none.

Runs inside the function's process, so it imports nothing of ours and as little as it can.
The interface: https://github.com/aws/aws-lambda-python-runtime-interface-client (runtime_client.cpp);
the protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import BinaryIO

_DEADLINE = "Lambda-Runtime-Deadline-Ms"

_user_agent = ""
_stream: BinaryIO | None = None
_socket: socket.socket | None = None


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


def _connected() -> tuple[socket.socket, BinaryIO]:
    global _socket, _stream
    if _socket is None or _stream is None:
        host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
        _socket = socket.create_connection((host, int(port)))
        _socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _stream = _socket.makefile("rb")
    return _socket, _stream


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    connection, stream = _connected()
    lines = [
        f"{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1",
        f"Host: {os.environ['AWS_LAMBDA_RUNTIME_API']}",
        f"User-Agent: {_user_agent}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    status = int(stream.readline().split()[1])
    received = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        received[name.strip()] = value.strip()
    return status, received, stream.read(int(received.get("Content-Length", 0)))
