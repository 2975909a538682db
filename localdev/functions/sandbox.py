"""One execution environment: a child process that runs AWS's own Python runtime around a function.

Knows processes, time and memory; nothing of LocalStack and nothing of what Lambda answers for what happened.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from enum import Enum
from http import HTTPStatus
from pathlib import Path

from localdev.functions.log_pipe import LogPipe
from localdev.functions.runtime_api import Call, RuntimeApi

TICK = 0.05  # seconds between looks at the process while it says nothing
GRACE = 0.5  # seconds between SIGTERM and SIGKILL, as AWS grants a runtime with extensions
NEXT = "/invocation/next"


class Ending(Enum):
    """How waiting for the runtime ended when it did not end with a call."""

    TIMED_OUT = "timeout"
    EXITED = "exit"
    OUT_OF_MEMORY = "memory"


class Sandbox:
    """A live child process; after `kill` it is spent."""

    def __init__(
        self,
        code: Path,
        runtime: Path,
        temporary: Path,
        handler: str,
        environment: dict[str, str],
        memory: int,
    ) -> None:
        """memory: MiB the process may occupy at most."""
        self.peak = 0  # MiB, as last looked at
        self._memory = memory
        self._selector = selectors.DefaultSelector()
        self._api = RuntimeApi(self._selector)
        self._logs = LogPipe()
        self._selector.register(self._logs.reading, selectors.EVENT_READ, self._logs)
        self._waiting: Call | None = None
        temporary.mkdir(parents=True, exist_ok=True)
        # -S and PYTHONPATH: the function sees its own package (first, as its working directory), what
        # AWS's runtime holds, and the standard library; not what else is installed for LocalStack.
        # https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-m", "awslambdaric", handler],
            cwd=code,
            env={
                **environment,
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                "LAMBDA_TASK_ROOT": str(code),
                "LAMBDA_RUNTIME_DIR": str(runtime),
                "PYTHONPATH": os.pathsep.join(filter(None, [str(runtime), environment.get("PYTHONPATH")])),
                "TMPDIR": str(temporary),
                # Or libraries would look into the home of whoever runs the emulator, ~/.aws included.
                "HOME": str(temporary),
                "_LAMBDA_TELEMETRY_LOG_FD": str(self._logs.writing),
            },
            stdin=subprocess.DEVNULL,
            stdout=self._logs.writing,
            stderr=self._logs.writing,
            pass_fds=(self._logs.writing,),
            start_new_session=True,
        )
        self._logs.close_writing()

    def initialise(self, deadline: float) -> bytes | Ending | None:
        """Waits until the runtime asks for work: None, or the error it reports, or how it ended.

        deadline: on the clock of `time.monotonic`.
        """
        if self._waiting is not None:
            return None
        call = self._next_call(deadline)
        if not isinstance(call, Call):
            return call
        if call.path == NEXT:
            self._waiting = call
            return None
        call.answer(HTTPStatus.ACCEPTED)
        return call.body

    def handle(self, headers: dict[str, str], event: bytes, deadline: float) -> Call | Ending:
        """Gives the runtime an event; its response or error, still to be answered, or how it ended."""
        request = self._waiting or self._next_call(deadline)
        self._waiting = None
        if not isinstance(request, Call):
            return request
        request.answer(HTTPStatus.OK, headers, event)
        return self._next_call(deadline)

    def take_logs(self) -> str:
        """Everything written up to now and not taken yet."""
        self._logs.drain()
        return self._logs.take()

    def peak_memory(self) -> int:
        """The most memory the process occupied so far, MiB rounded up."""
        self.peak = max(self.peak, peak_memory(self.process.pid))
        return self.peak

    def exit_status(self) -> str:
        """How Lambda words the end of a process. Only after it ended."""
        code = self.process.wait()
        return f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or '').lower()}"

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM, a grace, SIGKILL for the whole group; nothing of it is left afterwards."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        self.kill()

    def kill(self) -> None:
        """SIGKILL for the whole group, reaped. The logs can still be taken."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self._api.close()
        self._selector.close()
        self._logs.close()

    def _signal(self, number: int) -> None:
        # Gone already; macOS answers EPERM for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def _next_call(self, deadline: float) -> Call | Ending:
        while True:
            call = None
            ended = not self.alive()
            remaining = deadline - time.monotonic()
            for key, _ in self._selector.select(0 if ended else max(0, min(TICK, remaining))):
                if key.data is self._logs:
                    if not self._logs.drain():
                        self._selector.unregister(self._logs.reading)
                else:
                    call = self._api.receive(key) or call
            if self.peak_memory() > self._memory:
                return Ending.OUT_OF_MEMORY
            if call:
                return call
            if ended:
                return Ending.EXITED
            if remaining <= 0:
                return Ending.TIMED_OUT


def peak_memory(pid: int) -> int:
    """MiB, rounded up; 0 once the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return _current_memory(pid) if not Path("/proc/self").exists() else 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return -(-int(line.split()[1]) // 1024)
    return 0


def _current_memory(pid: int) -> int:
    """Without /proc (macOS) there is no peak to read, so this is the memory of the moment."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return -(-int(shown.stdout or 0) // 1024)
