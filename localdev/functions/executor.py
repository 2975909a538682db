"""LocalStack's view of a Lambda function that runs as a process: the executor plugin ``process``."""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from functools import cache
from http import HTTPStatus
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor
from localstack.utils.threads import start_thread

from localdev.functions import history, wording
from localdev.functions.runtime_folder import build_runtime_folder
from localdev.functions.sandbox import GRACE, Ending, Sandbox
from localdev.functions.watchdog import Watchdog
from localdev.process import LOCK
from localdev.settings import HOST

LOG = logging.getLogger(__name__)
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

# Seconds: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_LIMIT = 10.0
# Bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; Lambda grants 100 more.
RESPONSE_LIMIT = 6 * 1024 * 1024 + 100


@cache
def watchdog() -> Watchdog:
    return Watchdog(int(os.environ[LOCK]))


@cache
def runtime_folder() -> Path:
    return build_runtime_folder(Path.home() / "runtime")  # the emulator's home is its folder


@cache
def say_once(message: str) -> None:
    LOG.warning(message)


class ProcessExecutor(RuntimeExecutor):
    """One execution environment. LocalStack sends it one invocation at a time."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self.client_context: str | None = None
        self._temporary = Path(tempfile.gettempdir()) / "environments" / id
        self._variables: dict[str, str] = {}
        self._sandbox: Sandbox | None = None
        self._logs = ""  # written during init, to be shown with the next invocation
        self._init: float | None = None  # milliseconds of a cold start not yet reported
        self._peak = 0  # MiB
        self._working = threading.Lock()
        self._stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        """The init phase. What fails here is tried once more by the first invocation, as on AWS:
        that one has the function's timeout, and a request to report the error and the logs to.
        """
        self._variables = env_vars
        self.function_version.config.code.prepare_for_execution()  # begun long ago, if it is not done
        with self._working:
            began = time.monotonic()
            if self._initialise("", began + INIT_LIMIT, "init") is None:
                self._init = milliseconds_since(began)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        with self._working:
            return self._invoke(request_id, payload)

    def stop(self) -> None:
        self._stopped = True
        if (sandbox := self._sandbox) is not None:
            sandbox.stop()
        with self._working:  # an invocation that was cut off has to notice before its sockets go
            self._discard()
        shutil.rmtree(self._temporary, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """Of the function's process, if there is one at the moment."""
        sandbox = self._sandbox
        return None if sandbox is None else sandbox.process.pid

    def get_address(self) -> str:
        return HOST

    def get_endpoint_from_executor(self) -> str:
        return HOST

    def get_runtime_endpoint(self) -> str:
        return ""  # for LocalStack's own init process, which is not here

    def get_logs(self) -> str:
        return self._logs

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Begins to unpack the code, and does not wait: an environment does, if it starts before that is done.

        Raises:
            LambdaRuntimeException: it cannot run here, which makes the function's state ``Failed``.
        """
        runtime = function_version.config.runtime
        if not function_version.config.code or not (runtime or "").startswith("python"):
            raise LambdaRuntimeException("only functions in Python, packed as zip files, run without Docker")
        if runtime != PYTHON:
            say_once(f"functions for {runtime} run on {PYTHON} here: it is the interpreter at hand")
        code = function_version.config.code
        start_thread(lambda _: code.prepare_for_execution(), name="unpack")

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        pass  # LocalStack removes the unpacked code itself

    def _invoke(self, request_id: str, payload: dict[str, str]) -> InvocationResult:
        settings = self.function_version.config
        began, started = time.monotonic(), time.time()
        deadline = began + settings.timeout
        if self._sandbox is not None and not self._sandbox.alive():
            self._discard()  # it ended after its last response
        outcome = self._initialise(request_id, deadline, "invoke") if self._sandbox is None else None
        self._logs += wording.start(request_id, self.function_version.id.qualifier)
        if outcome is None:
            outcome = self._handle(request_id, payload, deadline)
        if outcome.kind == wording.TIMED_OUT:
            self._logs += wording.timeout_line(request_id, settings.timeout)
        duration = min(milliseconds_since(began), settings.timeout * 1000)
        peak = min(self._peak, settings.memory_size)  # seen too late to stop it at the limit
        self._logs += wording.end_and_report(
            request_id, outcome, duration=duration, init=self._init, memory=settings.memory_size, peak=peak
        )
        history.record(
            self.function_version.qualified_arn,
            request_id,
            started=started,
            duration=duration,
            billed=wording.billed(duration, self._init),
            init=self._init,
            memory=settings.memory_size,
            peak=peak,
            failure=outcome.body if outcome.failed else None,
            log=self._logs,
        )
        result = InvocationResult(request_id, outcome.body, is_error=outcome.failed, logs=self._logs)
        self._init, self._logs = None, ""
        return result

    def _initialise(self, request_id: str, deadline: float, phase: str) -> wording.Outcome | None:
        """A new process, up to its first request for work. What went wrong, if something did."""
        settings = self.function_version.config
        began = time.monotonic()
        self._sandbox = sandbox = Sandbox(
            code=settings.code.get_unzipped_code_location(),
            runtime=runtime_folder(),
            temporary=self._temporary,
            handler=settings.handler,
            environment=self._variables,
            memory=settings.memory_size,
        )
        watchdog().watch(sandbox.process.pid)
        if self._stopped:
            sandbox.kill()
        ended = sandbox.initialise(deadline)
        if ended is None:
            self._logs += sandbox.take_logs()
            return None
        if isinstance(ended, bytes):
            outcome = wording.init_error(ended)
            sandbox.stop()
        else:
            outcome = self._end(request_id, sandbox, ended)
        self._discard()
        self._logs += wording.init_report(outcome, duration=milliseconds_since(began), phase=phase)
        return outcome

    def _handle(self, request_id: str, payload: dict[str, str], deadline: float) -> wording.Outcome:
        sandbox = self._sandbox
        assert sandbox is not None
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + deadline - time.monotonic()) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": payload["invoked-function-arn"],
            "Lambda-Runtime-Trace-Id": payload["trace-id"],
        }
        if self.client_context:
            headers["Lambda-Runtime-Client-Context"] = self.client_context
        call = sandbox.handle(headers, payload["payload"].encode(), deadline)
        if isinstance(call, Ending):
            outcome = self._end(request_id, sandbox, call)
            self._discard()
            return outcome
        self._peak = sandbox.peak_memory()
        self._logs += sandbox.take_logs()
        if len(call.body) > RESPONSE_LIMIT:
            call.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            # AWS's runtime gives up over this answer; another one may ask for more work.
            if sandbox.initialise(time.monotonic() + GRACE) is not None:
                self._discard()
            return wording.too_large(RESPONSE_LIMIT)
        call.answer(HTTPStatus.ACCEPTED)
        return wording.Outcome(call.body, failed=call.path.endswith("/error"))

    def _end(self, request_id: str, sandbox: Sandbox, ending: Ending) -> wording.Outcome:
        """Kills what is left of the environment and words how it ended."""
        sandbox.kill()
        if ending is Ending.TIMED_OUT:
            return wording.timed_out(request_id, self.function_version.config.timeout)
        kind = wording.OUT_OF_MEMORY if ending is Ending.OUT_OF_MEMORY else wording.EXITED
        return wording.exited(request_id, sandbox.exit_status(), kind)

    def _discard(self) -> None:
        if (sandbox := self._sandbox) is None:
            return
        self._sandbox = None
        sandbox.kill()
        watchdog().forget(sandbox.process.pid)
        self._peak = sandbox.peak
        self._logs += sandbox.take_logs()
        sandbox.close()


def milliseconds_since(began: float) -> float:
    return (time.monotonic() - began) * 1000
