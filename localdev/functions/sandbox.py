"""One execution environment: a child process that runs AWS's own Python runtime around a function.

Knows processes, time and memory; nothing of LocalStack and nothing of what Lambda answers for what happened.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus

from localdev.functions import launcher
from localdev.functions.filesystem import Filesystem
from localdev.functions.interpreters import Interpreter
from localdev.functions.log_pipe import LogPipe
from localdev.functions.memory import occupied
from localdev.functions.runtime_api import INIT_ERROR, NEXT, Call, RuntimeApi, answers
from localdev.functions.watchdog import MARK, end_environment, marked

TICK = 0.05  # seconds between looks at the process while it says nothing
ROUND = 0.5  # seconds between looks at all processes of this machine, a few milliseconds each, and at the log
GRACE = 0.5  # seconds between SIGTERM and SIGKILL, as AWS grants a runtime with extensions


class Ending(Enum):
    """How waiting for the runtime ended when it did not end with a call."""

    TIMED_OUT = "timeout"
    EXITED = "exit"
    OUT_OF_MEMORY = "memory"


class Sandbox:
    """A live child process; after `kill` it is spent."""

    def __init__(
        self,
        interpreter: Interpreter,
        filesystem: Filesystem,
        handler: str,
        environment: dict[str, str],
        memory: int,
        *,
        keep_compiled: bool = True,
    ) -> None:
        """environment: AWS's and the user's variables. memory: MiB that it and all it starts may occupy at most.

        keep_compiled: whether Python may keep the bytecode of the function's modules.
        """
        self.peak = 0  # MiB, as last looked at
        self._strays: set[int] = set()  # processes, as last looked for
        self._memory = memory
        self._mark = environment[MARK]
        self._selector = selectors.DefaultSelector()
        self._api = RuntimeApi(self._selector)
        self._logs = LogPipe()
        self._selector.register(self._logs.reading, selectors.EVENT_READ, self._logs)
        self._waiting: Call | None = None
        self._killed = False
        # -S and PYTHONPATH: the function sees its own package (first, as its working directory), what
        # AWS's runtime holds, and the standard library; not what else is installed for LocalStack.
        # https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
        options = ["-S"] if keep_compiled else ["-S", "-B"]
        with filesystem.launched() as (how, descriptors):
            self.process = subprocess.Popen(
                [interpreter.executable, *options, launcher.__file__, handler, *how],
                cwd=filesystem.code,
                env={
                    **environment,
                    **filesystem.variables(environment, interpreter.runtime),
                    "AWS_LAMBDA_RUNTIME_API": self._api.address,
                    "_LAMBDA_TELEMETRY_LOG_FD": str(self._logs.writing),
                },
                stdin=subprocess.DEVNULL,
                stdout=self._logs.writing,
                stderr=self._logs.writing,
                pass_fds=(self._logs.writing, *descriptors),
                start_new_session=True,
            )
        self._logs.close_writing()

    def initialise(self, deadline: float) -> bytes | Ending | None:
        """Waits until the runtime asks for work: None, or the error it reports, or how it ended.

        deadline: on the clock of `time.monotonic`.
        """
        if self._waiting is not None:
            return None
        call = self._next_call(deadline, NEXT, INIT_ERROR)
        if not isinstance(call, Call):
            return call
        if call.request == NEXT:
            self._waiting = call
            return None
        call.answer(HTTPStatus.ACCEPTED)
        return call.body

    def handle(
        self, headers: dict[str, str], event: bytes, deadline: float, logged: Callable[[str], None] | None = None
    ) -> Call | Ending:
        """Gives the runtime an event; its response or error, still to be answered, or how it ended.

        logged: is given the lines that are complete, each half second; the others can be taken afterwards.
        """
        request = self._waiting or self._next_call(deadline, NEXT)
        self._waiting = None
        if not isinstance(request, Call):
            return request
        request.answer(HTTPStatus.OK, headers, event)
        return self._next_call(deadline, *answers(headers["Lambda-Runtime-Aws-Request-Id"]), logged=logged)

    def take_logs(self) -> str:
        """Everything written up to now and not taken yet."""
        self._logs.drain()
        return self._logs.take()

    def peak_memory(self) -> int:
        """The most memory that was seen occupied, MiB rounded up."""
        self.peak = max(self.peak, occupied(self.process.pid, self._strays))
        return self.peak

    def exit_status(self) -> str:
        """How Lambda words the end of a process. Only after it ended."""
        code = self.process.wait()
        return f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or '').lower()}"

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM for the whole group, a grace, SIGKILL; nothing of it is left afterwards."""
        # Gone already; macOS answers EPERM for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        self.kill()

    def kill(self) -> None:
        """SIGKILL for it and all it started, reaped. The logs can still be taken."""
        if not self._killed:
            end_environment(self.process.pid, self._mark)
            self.process.wait()
            self._killed = True

    def close(self) -> None:
        self._api.close()
        self._selector.close()
        self._logs.close()

    def _next_call(self, deadline: float, *awaited: str, logged: Callable[[str], None] | None = None) -> Call | Ending:
        """The next of the requests that are awaited."""
        look = time.monotonic() + ROUND
        while True:
            if time.monotonic() > look:
                self._strays = marked(self._mark)
                if logged and (text := self._logs.take_whole()):
                    logged(text)
                look = time.monotonic() + ROUND
            call = None
            ended = not self.alive()
            remaining = deadline - time.monotonic()
            for key, events in self._selector.select(0 if ended else max(0, min(TICK, remaining))):
                if key.data is self._logs:
                    if not self._logs.drain():
                        self._selector.unregister(self._logs.reading)
                else:
                    call = self._api.exchange(key, events, awaited) or call
            if self.peak_memory() > self._memory:
                return Ending.OUT_OF_MEMORY
            if call:
                return call
            if ended:
                return Ending.EXITED
            if remaining <= 0:
                return Ending.TIMED_OUT
