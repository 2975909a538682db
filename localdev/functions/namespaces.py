"""The mounts of an environment, /tmp among them: they outlive its processes, and end with it or with the emulator."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

AT_MOST = 2  # of mounts and of users


class Namespaces:
    """What the first process of an environment has mounted, and the next ones join.

    Nobody waits for what `launcher` sends: it is there when there is a next one, and a kernel that holds it for us
    keeps /tmp meanwhile.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._known: list[int] = []

    @contextlib.contextmanager
    def launched(self, mounts: list[str]) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """While a process starts: arguments for `launcher`, and the descriptors to pass.

        mounts: what follows SOCKET, in case there are none to join yet.
        """
        self._receive()
        if self._known:
            yield ["join", *map(str, self._known)], tuple(self._known)
            return
        self.close()
        self._socket, theirs = socket.socketpair()
        with theirs:
            yield ["new", str(theirs.fileno()), *mounts], (theirs.fileno(),)

    def close(self) -> None:
        """The next process finds an empty /tmp."""
        for each in self._known:
            os.close(each)
        self._known = []
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _receive(self) -> None:
        if self._socket is not None and not self._known:
            with contextlib.suppress(BlockingIOError):  # it ended before it had mounted anything
                _, self._known, _, _ = socket.recv_fds(self._socket, 1, AT_MOST, socket.MSG_DONTWAIT)
