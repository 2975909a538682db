"""Start, stop and look at one emulator: the Python interface that the command line and tests use."""

from __future__ import annotations

import contextlib
import http.client
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from localdev import state
from localdev.asking import request, version_at
from localdev.errors import (
    NotRunning,
    NotSaved,
    OtherMode,
    PortTaken,
    Refused,
    StartFailed,
    StateRefused,
    StopFailed,
)
from localdev.lock import FolderLock
from localdev.prerequisites import bound_socket, require_installed
from localdev.process import LOCK, SOCKET, STARTER, STRICT
from localdev.settings import HOST, ROOT, localstack_environment

DEFAULT_PORT = 4566
START_LIMIT = 120.0  # seconds until a start counts as failed; a cold disk needs 10, a busy machine more
# Seconds between SIGTERM and SIGKILL. LocalStack waits for its own long polls when it shuts down, up to
# 5 s, but it keeps nothing that an abrupt end could damage, and the watchdog sees to the functions.
STOP_GRACE = 2.0
KILL_LIMIT = 30.0  # seconds a killed process may take to be gone
POLL = 0.02  # seconds
SHOWN_LOG_LINES = 15


@dataclass(frozen=True)
class Status:
    """What is known of an emulator. ``running``: its process lives; ``ready``: its gateway answers.

    ``strict``: it refuses what an account would, see `localdev.strict`.
    """

    running: bool
    ready: bool
    url: str
    pid: int | None
    version: str | None
    strict: bool
    dir: str
    log: str


class Emulator:
    """One LocalStack on a loopback port, everything it writes below ``root``."""

    program = "localdev.process"  # the module that its process runs

    def __init__(
        self,
        root: Path,
        port: int = DEFAULT_PORT,
        *,
        strict: bool = False,
        state: Path | None = None,
        outlives_us: bool = True,
    ) -> None:
        """state: a folder in which it finds what another one held when it stopped, and leaves what it holds.

        outlives_us: else it ends with the process that starts it, whatever ends that.
        """
        self.root = root.absolute()
        self.port = port
        self.strict = strict
        self.state = state and state.resolve()  # to be compared
        self.outlives_us = outlives_us
        self.log = self.root / "localstack.log"
        self._lock = FolderLock(self.root)
        self._process: subprocess.Popen[bytes] | None = None  # to be reaped, if this object started it
        self._life: int | None = None  # the end of a pipe that the system closes when we end

    @property
    def endpoint_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def command(self, name: str) -> str:
        """What to type in a shell to give it a command."""
        where = "" if self.root == ROOT else f" --dir {shlex.quote(str(self.root))}"
        return f"python -m localdev {name}{where}"

    def status(self) -> Status:
        """Looks, changes nothing."""
        running = self._lock.held()
        owner = self._lock.owner() if running else {}
        port = owner.get("port", self.port)
        version = version_at(port) if running else None
        return Status(
            running=running,
            ready=version is not None,
            url=f"http://{HOST}:{port}",
            pid=owner.get("pid"),
            version=version,
            strict=bool(owner.get("strict")),
            dir=str(self.root),
            log=str(self.log),
        )

    def ask(self, path: str, method: str = "GET") -> Any:
        """The document at one of the emulator's own addresses. Raises NotRunning or Refused."""
        port = self._lock.owner().get("port") if self._lock.held() else None
        if port is None:
            raise NotRunning(f"no emulator of {self.root} runs", f"run: {self.command('start')}")
        try:
            status, document = request(port, method, path, START_LIMIT)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NotRunning(f"the emulator of {self.root} does not answer: {error}", f"look at: {self.log}") from error
        if status != HTTPStatus.OK:
            what = document.get("error", f"{path} answered {status}")  # LocalStack's own have neither
            raise Refused(what, document.get("hint", f"look at: {self.log}"))
        return document

    def start(self) -> bool:
        """Returns once the gateway answers: True if this call started it, False if it ran already.

        Raises NotInstalled, PortTaken, OtherMode, StateRefused or StartFailed; then nothing that this call started
        is left.
        """
        deadline = time.monotonic() + START_LIMIT
        while (lock := self._lock.acquire()) is None:
            if self._answers_already():
                return False
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"an emulator of {self.root} runs but does not answer", f"run: {self.command('stop')}"
                )
            time.sleep(POLL)
        self._reap()  # one that was killed
        try:
            # An interrupt between the birth of the process and our knowing of it would leave it behind.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                os.ftruncate(lock, 0)
                require_installed()
                if self.state:
                    state.check(self.state, self.port)
                with bound_socket(self.port) as listener:
                    self._process = self._spawn(listener, lock)
            finally:
                os.close(lock)  # the emulator holds it now, if there is one
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._await_gateway(self._process)
            if self.state:
                self._load_state()
        except BaseException:
            if self._process is not None:
                self._process.kill()
            self._reap()
            raise
        return True

    def _load_state(self) -> None:
        try:
            self.ask("/_localdev/state/load", method="POST")
        except Refused as error:
            raise StateRefused(
                f"the state in {self.state} cannot be loaded: {error}", f"look at: {self.log}"
            ) from error

    def save(self) -> list[str]:
        """Writes down what it holds, if it was started with a folder for that; to be called before `stop`.

        Returns the services that may hold something which cannot be kept. Raises NotSaved.
        """
        owner = self._lock.owner() if self._lock.held() else {}
        if not owner.get("state"):
            return []
        try:
            return list(self.ask("/_localdev/state/save", method="POST")["left out"])
        except (NotRunning, Refused) as error:
            hint = f"mend that and stop it again, or stop it and lose what it holds: kill {owner['pid']}"
            raise NotSaved(f"it runs on, for what it holds cannot be saved: {error}", hint) from error

    def stop(self) -> bool:
        """Returns once every process is gone: True if there was one. Raises StopFailed."""
        if not self._lock.held():
            return False
        if not self._end(signal.SIGTERM, STOP_GRACE) and not self._end(signal.SIGKILL, KILL_LIMIT):
            raise StopFailed(f"processes of {self.root} survived SIGKILL", f"look at: {self.log}")
        return True

    def _end(self, number: int, patience: float) -> bool:
        """Signals the emulator. Whether it and its functions' processes were gone within patience seconds."""
        deadline = time.monotonic() + patience
        signalled = False
        while self._lock.held():
            # One that is just starting names itself within milliseconds.
            if not signalled and (pid := self._lock.owner().get("pid")):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, number)
                signalled = True
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        self._reap()
        return True

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None
        if self._life is not None:
            os.close(self._life)
            self._life = None

    def _answers_already(self) -> bool:
        owner = self._lock.owner()
        port = owner.get("port")
        if port is None or version_at(port, timeout=START_LIMIT) is None:
            return False
        if port != self.port:
            raise PortTaken(
                f"the emulator of {self.root} runs already, on port {port}",
                f"use --port {port}, stop it first, or choose another --dir",
            )
        if self.strict != bool(owner.get("strict")):
            raise OtherMode(
                f"the emulator of {self.root} runs already, and is {'not ' if self.strict else ''}strict",
                f"stop it first, or {'leave out' if self.strict else 'add'} --strict",
            )
        kept = owner.get("state")
        if kept != (self.state and str(self.state)):
            with_it = f"with its state in {kept}" if kept else "without a state to keep"
            raise OtherMode(
                f"the emulator of {self.root} runs already, {with_it}",
                f"stop it first, or {f'use --state {shlex.quote(kept)}' if kept else 'leave out --state'}",
            )
        return True

    def _spawn(self, listener: socket.socket, lock: int) -> subprocess.Popen[bytes]:
        temporary = self.root / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True, exist_ok=True)
        environment = localstack_environment(self.root, self.port)
        environment |= {SOCKET: str(listener.fileno()), LOCK: str(lock)}
        if self.strict:
            environment[STRICT] = "1"
        if self.state:
            environment[state.STATE] = str(self.state)
        inherited = [listener.fileno(), lock]
        with contextlib.ExitStack() as stack:
            if not self.outlives_us:
                watched, self._life = os.pipe()
                stack.callback(os.close, watched)
                inherited.append(watched)
                environment[STARTER] = str(watched)
            log = stack.enter_context(self.log.open("wb"))
            return subprocess.Popen(
                # -P: the folder it runs in must not be importable.
                [sys.executable, "-P", "-m", self.program, str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.root,
                env=environment,
                pass_fds=inherited,
                start_new_session=True,
            )

    def _await_gateway(self, process: subprocess.Popen[bytes]) -> None:
        # The socket listens already: this request waits in its queue until the gateway takes it, and
        # breaks off if the process dies.
        deadline = time.monotonic() + START_LIMIT
        if version_at(self.port, timeout=START_LIMIT) is not None:
            return
        try:
            what = f"ended with exit code {process.wait(timeout=max(deadline - time.monotonic(), 0))}"
        except subprocess.TimeoutExpired:
            what = f"did not answer within {START_LIMIT:.0f} s"
        lines = self.log.read_text(errors="replace").splitlines()[-SHOWN_LOG_LINES:]
        raise StartFailed("\n".join([f"LocalStack {what}", *lines]), f"the whole log: {self.log}")
