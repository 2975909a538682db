"""Small servers that stand where an emulator or AWS should."""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@contextlib.contextmanager
def answering(status: int, body: bytes, content_type: str = "text/html") -> Iterator[str]:
    """The URL of a server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Handler) as url:
        yield url


@contextlib.contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The URL of a server that runs while this does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Call:
    """One call to AWS as it passed the proxy."""

    name: str
    writes: bool


class Proxy:
    """Stands before an emulator and counts what passes, by what is in the requests and not by who sent them."""

    def __init__(self, emulator: str) -> None:
        self.address = urlsplit(emulator).netloc
        self.calls: list[Call] = []
        self.answered: Callable[[Call], None] = lambda _: None  # called when a call is done, before its sender knows
        self._lock = threading.Lock()

    @property
    def writing(self) -> list[Call]:
        return [call for call in self.calls if call.writes]

    def handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                connection = http.client.HTTPConnection(proxy.address, timeout=60)
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                if not self.path.startswith("/_"):  # the emulator's own, no call to AWS
                    proxy.passed(_call(self.command, self.path, self.headers, body))
                with contextlib.suppress(OSError):  # the sender may have been killed meanwhile
                    self.send_response_only(answer.status)
                    for name, value in answer.headers.items():
                        if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                            self.send_header(name, value)
                    length = answer.headers["Content-Length"] if self.command == "HEAD" else len(content)
                    self.send_header("Content-Length", str(length or 0))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = forward

            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def passed(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)
            self.answered(call)


def _call(method: str, path: str, headers: Message, body: bytes) -> Call:
    """JSON services name their action in a header, query services in the body; for the rest the method says it."""
    action = re.search(rb"Action=(\w+)", body) if headers["Content-Type"] != "application/json" else None
    target = headers.get("X-Amz-Target") or ""
    name = target.rpartition(".")[2] or (action[1].decode() if action else "")
    if name:
        return Call(name, not name.startswith(("Get", "List", "Describe", "Head")))
    return Call(f"{method} {path}", method not in ("GET", "HEAD"))


@contextlib.contextmanager
def proxying(emulator: str) -> Iterator[tuple[str, Proxy]]:
    """The URL of a proxy before an emulator, and the proxy."""
    proxy = Proxy(emulator)
    with serving(proxy.handler()) as url:
        yield url, proxy
