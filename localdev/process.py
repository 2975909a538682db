"""The emulator's own process: ``python -m localdev.process PORT``, started by `localdev.emulator`.

It inherits two descriptors, named in the environment: the bound socket, so that "port taken" is known
before anything starts, and the folder's lock, which lives as long as this process does. Of an emulator that shall
not outlive its starter there is a third: a pipe that ends when the starter does.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import gc
import os
import signal
import sys
import threading

from localdev.lock import write_owner
from localdev.state import STATE

SOCKET = "LOCALDEV_SOCKET"
LOCK = "LOCALDEV_LOCK"
STARTER = "LOCALDEV_STARTER"
STRICT = "LOCALDEV_STRICT"  # set, to whatever, for an emulator that is: see `localdev.strict`


def main() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked while we were being started
    inherited = {name: int(os.environ[name]) for name in (SOCKET, LOCK, STARTER) if name in os.environ}
    for descriptor in inherited.values():
        # Lambda processes and whatever else LocalStack spawns must not keep the port or the lock.
        os.set_inheritable(descriptor, False)
    if STARTER in inherited:
        threading.Thread(target=end_with_starter, args=[inherited[STARTER]], name="starter", daemon=True).start()
    write_owner(
        inherited[LOCK],
        pid=os.getpid(),
        port=int(sys.argv[1]),
        strict=STRICT in os.environ,
        state=os.environ.get(STATE),
    )
    # Start-up allocates some hundred thousand objects that stay: collecting among them only costs time.
    gc.disable()
    from localstack.runtime.main import main as run_localstack

    run_localstack()


def end_with_starter(pipe: int) -> None:
    """Nobody is left who could use the emulator or ask it to stop; the watchdog ends the functions."""
    os.read(pipe, 1)  # nothing is ever written
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
