"""What an emulator needs before it can be started: packages, and a port."""

from __future__ import annotations

import socket
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec

from localdev.errors import NotInstalled, PortTaken
from localdev.settings import HOST


def require_installed() -> None:
    """Raises NotInstalled."""
    missing = [name for name in ("localstack", "awslambdaric") if find_spec(name) is None]
    if missing:
        raise NotInstalled(
            f"{' and '.join(missing)} not installed in {sys.prefix}",
            "run: make install (it adds the 'local' extra)",
        )
    for group, name in (
        ("localstack.lambda.runtime_executor", "process"),
        ("localstack.runtime.server", "loopback"),
    ):
        if not any(point.module == "localdev.plugins" for point in entry_points(group=group, name=name)):
            raise NotInstalled(
                f"LocalStack cannot see localdev's plugin {name!r} and would need Docker", "run: make install"
            )


def bound_socket(port: int) -> socket.socket:
    """Listens on loopback. Raises PortTaken."""
    listener = socket.socket()
    try:
        # As servers do: a port whose last connections are still fading away is not taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        listener.setblocking(False)  # what the emulator's event loop expects to inherit
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"cannot listen on port {port}: {error.strerror}",
            "stop the other program or choose another --port",
        ) from error
    return listener
