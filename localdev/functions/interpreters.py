"""Which Python of this machine runs which Lambda runtime."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from localdev.functions import questions
from localdev.functions.once import once

LOG = logging.getLogger(__name__)
LIMIT = 30.0  # seconds an interpreter may take to say what it is
# Those that awslambdaric runs on.
RUNTIMES = tuple(f"python3.{minor}" for minor in range(10, 16))


@dataclass(frozen=True)
class Interpreter:
    """``tag``: what its wheels are for; ``runtime``: what Lambda calls it; ``prefixes``: folders it lies in."""

    executable: str
    tag: str
    runtime: str
    prefixes: tuple[str, ...]


@cache
def here() -> Interpreter:
    """The one that runs the emulator."""
    return _interpreter(questions.answers())


@once
def interpreter_of(runtime: str) -> Interpreter:
    """The one of that version, if it is on the PATH and works; else the emulator's own, and the log says so."""
    if (found := _installed(runtime)) is not None:
        return found
    LOG.warning("functions for %s run on %s here: there is no %s that works", runtime, here().runtime, runtime)
    return here()


def installed() -> dict[str, Interpreter]:
    """By runtime, those that have an interpreter of their version."""
    with ThreadPoolExecutor(len(RUNTIMES)) as pool:
        found = zip(RUNTIMES, pool.map(_installed, RUNTIMES), strict=True)
    return {runtime: interpreter for runtime, interpreter in found if interpreter}


@cache
def _installed(runtime: str) -> Interpreter | None:
    if runtime == here().runtime:
        return here()
    if runtime not in RUNTIMES or (executable := shutil.which(runtime)) is None:
        return None
    # A shim of pyenv is on the PATH even while its version is not chosen; this chooses it.
    environment = {**os.environ, "PYENV_VERSION": runtime.removeprefix("python")}
    command = [executable, "-I", "-S", questions.__file__]
    try:
        asked = subprocess.run(command, env=environment, capture_output=True, timeout=LIMIT, check=True)
        told = _interpreter(json.loads(asked.stdout))
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
        return None
    return told if told.runtime == runtime else None


def _interpreter(told: dict[str, str | list[str]]) -> Interpreter:
    return Interpreter(str(told["executable"]), str(told["tag"]), str(told["runtime"]), tuple(told["prefixes"]))
