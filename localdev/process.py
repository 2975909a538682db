"""The emulator's own process: ``python -m localdev.process PORT``, started by `localdev.emulator`.

It inherits two descriptors, named in the environment: the bound socket, so that "port taken" is known
before anything starts, and the folder's lock, which lives as long as this process does.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import gc
import os
import signal
import sys

from localdev.lock import write_owner
from localdev.state import STATE

SOCKET = "LOCALDEV_SOCKET"
LOCK = "LOCALDEV_LOCK"
STRICT = "LOCALDEV_STRICT"  # set, to whatever, for an emulator that is: see `localdev.strict`


def main() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked while we were being started
    for name in (SOCKET, LOCK):
        # Lambda processes and whatever else LocalStack spawns must not keep the port or the lock.
        os.set_inheritable(int(os.environ[name]), False)
    write_owner(
        int(os.environ[LOCK]),
        pid=os.getpid(),
        port=int(sys.argv[1]),
        strict=STRICT in os.environ,
        state=os.environ.get(STATE),
    )
    # Start-up allocates some hundred thousand objects that stay: collecting among them only costs time.
    gc.disable()
    from localstack.runtime.main import main as run_localstack

    run_localstack()


if __name__ == "__main__":
    main()
