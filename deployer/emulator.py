"""Emulators: all we know of one is its address, what it tells of itself there, and the command that starts ours.

Where ours is, it says in a file that it holds locked for as long as it lives.
"""

from __future__ import annotations

import fcntl
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deployer.errors import Unreachable

if TYPE_CHECKING:
    from deployer.package import Interpreters

ADDRESS = "http://127.0.0.1:4566"
_PROJECT = Path(__file__).resolve().parent.parent
_LOCK = _PROJECT / ".localdev" / "emulator.lock"


def own() -> str:
    """The address of this project's emulator, or the one that it will have when it is started."""
    try:
        with _LOCK.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return f"http://127.0.0.1:{json.load(file)['port']}"
    except (OSError, ValueError, KeyError):  # there was none ever, or it is just about to say
        pass
    return ADDRESS


def answers(endpoint_url: str) -> bool:
    """Whether anything listens at an emulator's address."""
    address = urlsplit(endpoint_url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def silent(endpoint_url: str) -> Unreachable:
    """No emulator is there."""
    hint = "start it: python -m localdev start" if endpoint_url == own() else "check --endpoint-url, or leave it out"
    return Unreachable(f"nothing answers at {endpoint_url}", hint)


def interpreters(endpoint_url: str) -> Interpreters | None:
    """The Pythons of this machine that an emulator runs functions with; None if it has Lambda's own, as in Docker.

    Raises:
        Unreachable: nothing answers.
    """
    import http.client
    import urllib.error
    import urllib.request

    from deployer.package import Interpreter, Interpreters

    request = urllib.request.Request(f"{endpoint_url}/_localdev/python", headers={"Accept": "application/json"})
    try:
        # No proxy of the environment: emulators are near.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            told = json.load(answer)
        own = Interpreter(told["executable"], told["tag"])
        found = Interpreters(own, {name: Interpreter(**each) for name, each in told["runtimes"].items()})
    except (urllib.error.HTTPError, http.client.HTTPException, ValueError, TypeError, KeyError, AttributeError):
        return None
    except OSError:
        raise silent(endpoint_url) from None
    return found if Path(found.own.executable).exists() else None


def start() -> Callable[[], str]:
    """Begin to start the emulator.

    Returns:
        What waits until it answers and gives what it says of itself; raises Unreachable when it does not start.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "localdev", "start"],
        cwd=_PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )

    def wait() -> str:
        out, err = process.communicate()
        if process.returncode:
            reason, hint = _said(err)
            raise Unreachable(f"the emulator does not start: {reason}", hint)
        return out.strip()

    return wait


def _said(err: str) -> tuple[str, str]:
    """The reason and the hint among the lines of a start that failed."""
    lines = [line for line in err.splitlines() if line.strip()]
    hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
    reasons = [line.removeprefix("error: ") for line in lines if not line.startswith("hint: ")]
    return (reasons or ["it does not say why"])[0], (hints or ["try: python -m localdev start"])[0]
