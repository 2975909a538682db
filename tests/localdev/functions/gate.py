"""Where a test and its functions meet: on a loopback port, for their /tmp is not the test's."""

from __future__ import annotations

import contextlib
import socket

PATIENCE = 30  # seconds until who does not come fails the test


class Gate:
    """Functions knock with a text, and wait until the test lets them on."""

    def __init__(self, listener: socket.socket) -> None:
        listener.settimeout(PATIENCE)
        self._listener = listener
        self._waiting: list[socket.socket] = []
        # Source of knock(text), for handlers.
        self.knock = (
            "import socket\n"
            "def knock(text):\n"
            f"    with socket.create_connection({listener.getsockname()}) as gate:\n"
            "        gate.sendall(str(text).encode() + b'\\n')\n"
            "        gate.recv(1)\n"
        )

    def next(self) -> str:
        """The text of the next one to knock, who waits."""
        caller, _ = self._listener.accept()
        self._waiting.append(caller)
        caller.settimeout(PATIENCE)
        with caller.makefile() as lines:
            return lines.readline().strip()

    def open(self) -> None:
        """Lets all on who wait."""
        for caller in self._waiting:
            with contextlib.suppress(OSError):
                caller.close()
        self._waiting.clear()
