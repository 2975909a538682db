"""LocalStack's HTTP server (rolo, which is twisted), without what it does for each request in vain."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.utils.patch import Patch
from rolo.serving import twisted
from twisted.web.server import Site

IDLE = 3600  # seconds


def site(gateway: Any) -> Site:
    """What is to be served; once per process."""
    Patch(twisted, "HeaderPreservingWSGIResponse", Response).apply()
    made = twisted.TwistedGateway(gateway)
    # Twisted's own reading of forms holds up all other requests, and nobody uses it: LocalStack reads bodies itself.
    made._parsePOSTFormSubmission = False
    # Clients keep connections. One that sends as its connection is closed gets an error, which a minute (Twisted's own)
    # makes likely in a long run. Theirs end with them.
    made.timeOut = IDLE
    Patch(made, "log", lambda request: None).apply()  # a line that goes nowhere
    return made


class Response(twisted.HeaderPreservingWSGIResponse):
    """One of a known length goes to the thread that sends it in one piece, not in two, and nobody waits for that."""

    _whole = b""

    def write(self, data: bytes) -> None:
        if not self.started and ("Content-Length", str(len(data))) in self.headers:
            self._whole = data
        else:
            super().write(data)

    def _sendResponseHeaders(self) -> None:
        super()._sendResponseHeaders()
        if self._whole:
            self.request.write(self._whole)
