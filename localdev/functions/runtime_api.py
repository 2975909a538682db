"""The Lambda Runtime API of one execution environment, without threads.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A runtime has one request open at a time,
so whoever waits for it can do the reading: `exchange` is called when a selector finds a socket ready.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

VERSION = "/2018-06-01/runtime"
NEXT = f"GET {VERSION}/invocation/next"
INIT_ERROR = f"POST {VERSION}/init/error"
_KNOWN = re.compile(rf"{NEXT}|{INIT_ERROR}|POST {VERSION}/invocation/[^/]+/(response|error)")


def answers(request_id: str) -> tuple[str, str]:
    """What ends an invocation: its response, and its error."""
    path = f"POST {VERSION}/invocation/{request_id}"
    return f"{path}/response", f"{path}/error"


@dataclass(frozen=True)
class Call:
    """One request of the runtime. ``request``: method and path."""

    request: str
    body: bytes
    connection: Connection

    def answer(self, status: HTTPStatus, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Waits for nobody. A runtime that is gone shows when it is waited for next, not here."""
        self.connection.answer(status, headers or {}, body)

    def refuse(self) -> None:
        """To a request that nobody waits for."""
        if _KNOWN.fullmatch(self.request):
            self.connection.fail(HTTPStatus.BAD_REQUEST, f"{self.request}: not now, or not of this invocation")
        else:
            self.connection.fail(HTTPStatus.NOT_FOUND, f"{self.request}: not emulated, the Runtime API alone is")


class Connection:
    """One of the runtime's, watched by a selector."""

    def __init__(self, accepted: socket.socket, selector: selectors.BaseSelector) -> None:
        self.socket = accepted
        self._selector = selector
        self._received = bytearray()
        self._unsent = bytearray()
        accepted.setblocking(False)
        # Nagle's algorithm would hold every answer back for 40 ms.
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(accepted, selectors.EVENT_READ, self)

    def answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._send("\r\n".join([*lines, "", ""]).encode() + body)

    def fail(self, status: HTTPStatus, message: str) -> None:
        body = json.dumps({"errorType": status.phrase.replace(" ", ""), "errorMessage": message}).encode()
        self.answer(status, {"Content-Type": "application/json"}, body)

    def send_on(self) -> None:
        """What of the answers the runtime takes now."""
        try:
            del self._unsent[: self.socket.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()
            return
        self._selector.modify(self.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0), self)

    def receive(self) -> Call | None:
        """The request that what arrived completes, if it does.

        Raises:
            ConnectionError: the other end is closed.
            ValueError: it is no HTTP, or does not say its length.
        """
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return None
        if not data:
            raise ConnectionResetError
        self._received += data
        return self._complete()

    def _send(self, data: bytes) -> None:
        self._unsent += data
        self.send_on()

    def _complete(self) -> Call | None:
        received = self._received
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        request, *lines = received[:end].decode("latin-1").split("\r\n")
        method, path, _ = request.split(" ")
        body = end + 4
        length = 0
        for line in lines:
            name, _, value = line.partition(":")
            match name.lower():
                case "content-length" if value.strip().isdecimal():
                    length = int(value)
                case "content-length" | "transfer-encoding":
                    raise ValueError(line)
                case "expect" if len(received) == body:
                    self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if len(received) < body + length:
            return None
        self._received = received[body + length :]
        return Call(f"{method} {path}", bytes(received[body : body + length]), self)


class RuntimeApi:
    """Listens on a loopback port of its own and adds its sockets to the given selector."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[Connection] = []
        selector.register(self._listener, selectors.EVENT_READ, self)
        host, port = self._listener.getsockname()
        self.address = f"{host}:{port}"

    def exchange(self, key: selectors.SelectorKey, events: int, awaited: Collection[str]) -> Call | None:
        """Sends to and reads from a ready socket. The request it completed, if it is one of those that are awaited."""
        if key.fileobj is self._listener:
            accepted, _ = self._listener.accept()
            self._connections.append(Connection(accepted, self._selector))
            return None
        connection: Connection = key.data
        if events & selectors.EVENT_WRITE:
            connection.send_on()
        if not events & selectors.EVENT_READ:
            return None
        try:
            call = connection.receive()
        except ConnectionError:
            self._drop(connection)
            return None
        except ValueError:
            connection.fail(HTTPStatus.BAD_REQUEST, "no request of HTTP/1.1 with a length")
            self._drop(connection)
            return None
        if call is None or call.request in awaited:
            return call
        call.refuse()
        return None

    def close(self) -> None:
        for connection in list(self._connections):
            self._drop(connection)
        self._selector.unregister(self._listener)
        self._listener.close()

    def _drop(self, connection: Connection) -> None:
        self._connections.remove(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()
