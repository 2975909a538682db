"""A server of HTTP that knows its connections: what was sent to it has been dealt with when it says so."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 120  # seconds that connections may take to close


class Server(ThreadingHTTPServer):
    """On a free port of this machine, a thread for each connection."""

    request_queue_size = 128
    daemon_threads = False  # closing waits for them

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: dict[Any, socket.socket] = {}  # by the address of who asks
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", 0), handler)

    def settle(self) -> None:
        """Wait for the last of senders that have all ended: of what a killed one sent some may not be read yet."""
        with socket.create_connection(self.server_address[:2]) as last, self._changed:  # accepted after all others
            alone = self._changed.wait_for(lambda: [*self._open] == [last.getsockname()], PATIENCE)
        assert alone, "somebody is still connected"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open[client_address] = request
            self._changed.notify_all()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without the polite half-close, which would hide a reset

    def close_request(self, request: Any) -> None:
        with self._changed:
            self._open = {address: each for address, each in self._open.items() if each is not request}
            self._changed.notify_all()
        super().close_request(request)

    def server_close(self) -> None:
        """What was sent is dealt with; nothing more is read."""
        with self._changed:
            for each in self._open.values():
                with contextlib.suppress(OSError):  # its sender may be gone
                    each.shutdown(socket.SHUT_RD)
        super().server_close()
