"""The emulator: whether it is installed, and what answers at its address."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deployer.doctor.check import Check
from deployer.emulator import interpreters
from deployer.run import Run

_SECONDS = 60  # that an emulator, or localdev, may take to tell of itself
_ROOT = Path(__file__).resolve().parents[2]
_NOT_ONE = "stop what runs there, or say where the emulator is: --endpoint-url URL"


def emulator(run: Run) -> Iterator[Check]:
    address = run.endpoint_url
    assert address is not None
    try:
        health = _ask(f"{address}/_localstack/health")
    except urllib.error.URLError as error:
        refused = isinstance(error.reason, ConnectionRefusedError)
        if refused and run.is_for_own_emulator:
            yield _not_running(run)
        else:
            text = f"nothing answers at {address}" if refused else f"{address} cannot be reached: {error.reason}"
            yield Check("emulator", "problem", text, "start it, or check the address")
        return
    except (OSError, http.client.HTTPException):
        health = None
    if not isinstance(health, dict) or "services" not in health:
        yield Check("emulator", "problem", f"what listens at {address} is no LocalStack", _NOT_ONE)
        return
    version = f"LocalStack {health.get('version', 'of unknown version')}"
    found = interpreters(address)
    if found is None:
        yield Check("emulator", "ok", f"{version} answers at {address}, not started by localdev")
        yield Check("functions", "ok", "they run in what that LocalStack has, such as Lambda's own Linux in Docker")
    else:
        yield Check("emulator", "ok", f"{version}, started by localdev, answers at {address}")
        more = sorted(runtime for runtime, each in found.runtimes.items() if each != found.own)
        others = f", or with their own of {', '.join(more)}" if more else ""
        yield Check("functions", "ok", f"they run with {found.own.executable} ({found.own.tag}){others}")


def _ask(url: str) -> Any:
    """The JSON that an address answers with; None for any other answer."""
    try:
        # No proxy of the environment: emulators are near.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=_SECONDS) as answer:
            return json.loads(answer.read(1_000_000))
    except (urllib.error.HTTPError, ValueError):
        return None


def _not_running(run: Run) -> Check:
    # Its own word: only localdev knows whether it is installed, or about to answer.
    command = [sys.executable, "-m", "localdev", "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, cwd=_ROOT, check=False)
    return status(done.stdout, done.stderr, run.again("up"))


def status(said: str, complained: str, up: str) -> Check:
    """What localdev says of an emulator that does not answer.

    Args:
        said: its JSON, if it can tell at all.
        complained: what it prints on standard error.
        up: the command that starts it.
    """
    try:
        found = json.loads(said)
    except ValueError:
        reason = (complained.strip().splitlines() or ["it does not say why"])[-1]
        return Check("emulator", "problem", f"localdev does not run: {reason}", "install it: make install")
    if found["running"]:
        return Check("emulator", "warning", "it runs, but does not answer yet", f"see its log: {found['log']}")
    return Check("emulator", "ok", f"not running: {up} starts it")
