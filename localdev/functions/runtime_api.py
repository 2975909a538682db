"""The Lambda Runtime API of one execution environment, without threads.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A runtime has one request open at a time,
so whoever waits for it can do the reading: `receive` is called when a selector finds a socket readable.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from dataclasses import dataclass, field
from http import HTTPStatus

VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Call:
    """One request of the runtime. ``path`` lacks the API version's prefix."""

    method: str
    path: str
    body: bytes
    connection: socket.socket

    def answer(self, status: HTTPStatus, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """A runtime that is gone shows when it is waited for next, not here."""
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        with contextlib.suppress(OSError):
            self.connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)


@dataclass
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)


class RuntimeApi:
    """Listens on a loopback port of its own and adds its sockets to the given selector."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[_Connection] = []
        selector.register(self._listener, selectors.EVENT_READ, self)
        host, port = self._listener.getsockname()
        self.address = f"{host}:{port}"

    def receive(self, key: selectors.SelectorKey) -> Call | None:
        """Reads from a readable socket; the request it completed, if it did."""
        if key.fileobj is self._listener:
            self._accept()
            return None
        connection: _Connection = key.data
        try:
            data = connection.socket.recv(1 << 20)
        except ConnectionError:
            data = b""
        if not data:
            self._drop(connection)
            return None
        connection.received += data
        return _complete(connection)

    def close(self) -> None:
        for connection in list(self._connections):
            self._drop(connection)
        self._selector.unregister(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        accepted, _ = self._listener.accept()
        # Nagle's algorithm would hold every answer back for 40 ms.
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(accepted)
        self._connections.append(connection)
        self._selector.register(accepted, selectors.EVENT_READ, connection)

    def _drop(self, connection: _Connection) -> None:
        self._connections.remove(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()


def _complete(connection: _Connection) -> Call | None:
    received = connection.received
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    request, *lines = received[:end].decode("latin-1").split("\r\n")
    body = end + 4
    length = 0
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
        elif name.lower() == "expect" and len(received) == body:
            connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if len(received) < body + length:
        return None
    connection.received = received[body + length :]
    method, path, _ = request.split(" ")
    return Call(method, path.removeprefix(VERSION), bytes(received[body : body + length]), connection.socket)
