"""A proxy that stands between boto3, or anything else, and an emulator: it watches calls, and lets them go wrong.

What shall happen to a call is a :data:`Fault`; which call it happens to is a :data:`Plan`, of which
:mod:`tests.plans` has some.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests import wire
from tests.connections import Server
from tests.wire import Answer

_HOP_BY_HOP = frozenset({"connection", "content-length", "expect", "keep-alive", "transfer-encoding"})
_ABORT = struct.pack("ii", 1, 0)  # closes a connection with a reset


@dataclass
class Call:
    """One call to AWS. ``number``: in the order of arrival, from 1. Times are those of time.monotonic().

    ``status`` is None while it is under way, and when its sender got no answer. ``request`` is the same for all
    attempts that its sender makes by itself, and else for nothing.
    """

    number: int
    service: str
    operation: str
    method: str
    started: float
    ended: float = 0
    status: int | None = None
    request: str = ""

    @property
    def name(self) -> str:
        """Such as ``lambda.CreateFunction``."""
        return f"{self.service}.{self.operation}"

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(wire.READING)


Forward = Callable[[], Answer]  # asks the emulator
Fault = Callable[[Call, Forward], Answer | None]  # None: the connection is reset
Plan = Callable[[Call], Fault | None]  # None: nothing happens to it


class Proxy:
    """One proxy before one emulator.

    Attributes:
        plan: what happens to which call.
        calls: what passed since the last :meth:`play`.
        account: as whom calls reach the emulator, twelve digits; None for as whom they are signed.
        settle: waits for the last calls of senders that have all ended.
    """

    def __init__(self, emulator: str) -> None:
        self.address = urlsplit(emulator).netloc
        self.plan: Plan = all_well
        self.account: str | None = None
        self.calls: list[Call] = []
        self.settle: Callable[[], None] = lambda: None
        self._under_way = 0
        self._changed = threading.Condition()

    def play(self, plan: Plan) -> None:
        """From now on this plan holds, and calls count from 1 again; waits for those under way."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0)
            self.plan, self.calls = plan, []

    @property
    def writing(self) -> list[Call]:
        return [call for call in self.calls if call.writes]

    @property
    def reading(self) -> list[Call]:
        return [call for call in self.calls if not call.writes]

    def rounds(self) -> int:
        """The longest chain of calls each of which began after the one before had ended."""
        length, last = 0, 0.0
        for call in sorted(self.calls, key=lambda call: call.ended):
            if call.started >= last:
                length, last = length + 1, call.ended
        return length

    @contextlib.contextmanager
    def passing(self, service: str, operation: str, method: str, request: str) -> Iterator[tuple[Call, Plan]]:
        """While this runs a call is under way."""
        with self._changed:
            call = Call(len(self.calls) + 1, service, operation, method, time.monotonic(), request=request)
            self.calls.append(call)
            self._under_way += 1
            plan = self.plan
        try:
            yield call, plan
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body in one packet

        def setup(self) -> None:
            super().setup()
            self.emulator = http.client.HTTPConnection(proxy.address, timeout=120)

        def handle(self) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):  # either side may be gone
                super().handle()

        def finish(self) -> None:
            self.emulator.close()
            with contextlib.suppress(OSError):
                super().finish()

        def handle_expect_100(self) -> bool:
            asked = super().handle_expect_100()
            self.wfile.flush()  # whoever waits for this would wait a second
            return asked

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it was killed: nobody does anything with half a request
                self.close_connection = True
                return
            name = wire.name(self.command, self.path, self.headers, body)
            if name is None:
                self.answer(self.ask(body))
                return
            with proxy.passing(*name, self.command, self.headers.get("amz-sdk-invocation-id", "")) as (call, plan):
                fault = plan(call) or untouched
                answer = fault(call, lambda: self.ask(body))
                call.ended = time.monotonic()  # before its sender knows, and can make the next one
                if answer is None:
                    self.reset()
                else:
                    call.status = answer.status
                    self.answer(answer)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = pass_on

        def ask(self, body: bytes) -> Answer:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            if proxy.account and "Authorization" in headers:
                before, key, after = headers["Authorization"].partition("Credential=")
                headers["Authorization"] = f"{before}{key}{proxy.account}/{after.partition('/')[2]}"
            self.emulator.request(self.command, self.path, body or None, headers)
            answer = self.emulator.getresponse()
            content = answer.read()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP]
            length = answer.headers.get("Content-Length") if self.command == "HEAD" else str(len(content))
            return Answer(answer.status, content, [*kept, ("Content-Length", length or "0")])

        def answer(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if not any(name == "Content-Length" for name, _ in answer.headers):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()

        def reset(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextlib.contextmanager
def proxying(emulator: str) -> Iterator[tuple[str, Proxy]]:
    """The URL of a proxy before an emulator, and the proxy. At the end all that was sent to it has arrived."""
    proxy = Proxy(emulator)
    with Server(_handler(proxy)) as server:
        proxy.settle = server.settle
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", proxy
        finally:
            server.shutdown()
            thread.join()


# Faults.


def untouched(call: Call, forward: Forward) -> Answer:
    return forward()


def delay(seconds: float) -> Fault:
    """The call takes so much longer."""

    def fault(call: Call, forward: Forward) -> Answer:
        time.sleep(seconds)
        return forward()

    return fault


def refuse(status: int, code: str, message: str = "") -> Fault:
    """AWS says no, and the emulator never hears of it."""

    def fault(call: Call, forward: Forward) -> Answer:
        return wire.refusal(call.service, status, code, message, head=call.method == "HEAD")

    return fault


def throttle(call: Call, forward: Forward) -> Answer:
    """Too many calls, as each service says it."""
    if call.service == "s3":
        return refuse(503, "SlowDown", "Please reduce your request rate.")(call, forward)
    return refuse(400, "ThrottlingException", "Rate exceeded")(call, forward)


def lose_question(call: Call, forward: Forward) -> None:
    """The connection breaks before the call is there."""


def lose_answer(call: Call, forward: Forward) -> None:
    """The connection breaks when all is done."""
    forward()


def strike(victim: Callable[[], int], number: signal.Signals = signal.SIGKILL, *, answered: bool) -> Fault:
    """The sender's process group gets a signal before the call is there, or once it is done and before it hears so."""

    def fault(call: Call, forward: Forward) -> Answer | None:
        answer = forward() if answered else None
        os.killpg(victim(), number)
        return answer

    return fault


def rewrite(change: Callable[[bytes], bytes]) -> Fault:
    """The emulator's answer, with another body."""

    def fault(call: Call, forward: Forward) -> Answer:
        answer = forward()
        body = change(answer.body)
        headers = [(name, value) for name, value in answer.headers if name != "Content-Length"]
        return replace(answer, body=body, headers=headers)

    return fault


def all_well(call: Call) -> None:
    """Nothing goes wrong."""
