"""LocalStack's view of a Lambda function that runs as a process: the executor plugin ``process``."""

# mypy: allow-untyped-calls
from __future__ import annotations

import shutil
import tempfile
import threading
import time
from functools import partial
from http import HTTPStatus
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InvocationResult,
    VersionFunctionConfiguration,
)
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor
from localstack.utils.threads import start_thread

from localdev.functions import bytecode, history, platform_events, wording
from localdev.functions.filesystem import Filesystem
from localdev.functions.hot_reload import Snapshot, linked, snapshot
from localdev.functions.interpreters import interpreter_of
from localdev.functions.invocation_log import InvocationLog
from localdev.functions.layers import folder_of
from localdev.functions.namespaces import Namespaces
from localdev.functions.runtime_folder import linked_folders
from localdev.functions.sandbox import GRACE, Ending, Sandbox
from localdev.functions.shared import mounts, runtime_folder, watchdog
from localdev.functions.watchdog import MARK
from localdev.settings import HOST

# Seconds: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_LIMIT = 10.0
# Bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; Lambda grants 100 more.
RESPONSE_LIMIT = 6 * 1024 * 1024 + 100


class ProcessExecutor(RuntimeExecutor):
    """One execution environment. LocalStack sends it one invocation at a time."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self.client_context: str | None = None
        self._temporary = Path(tempfile.gettempdir()) / "environments" / id
        self._namespaces = Namespaces() if mounts() else None
        self._variables: dict[str, str] = {}
        self._sandbox: Sandbox | None = None
        self._lines = platform_events.lines(function_version.config.logging_config)
        self._log: InvocationLog
        self._init: float | None = None  # milliseconds of a cold start not yet reported
        self._peak = 0  # MiB
        self._seen = Snapshot()  # of what is reloaded
        self._working = threading.Lock()
        self._stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        """The init phase. What fails here is tried once more by the first invocation, as on AWS:
        that one has the function's timeout, and a request to report the error and the logs to.

        Raises:
            LambdaRuntimeException: it was stopped meanwhile.
        """
        self._variables = env_vars
        self.function_version.config.code.prepare_for_execution()  # begun long ago, if it is not done
        self._log = InvocationLog(self.function_version, env_vars)
        with self._working:
            self._begin()
            if self._stopped:
                raise LambdaRuntimeException("the function was updated or deleted")

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
            if self._namespaces:
                self._namespaces.close()
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
        return self._log.waiting()

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Begins to unpack the code, and does not wait: an environment does, if it starts before that is done.

        Raises:
            LambdaRuntimeException: it cannot run here, which makes the function's state ``Failed``.
        """
        settings = function_version.config
        runtime, code = settings.runtime, settings.code
        if not code or not (runtime or "").startswith("python"):
            raise LambdaRuntimeException("only functions in Python, packed as zip files, run without Docker")
        if missing := [folder for folder in reloaded(settings) if not folder.is_dir()]:
            raise LambdaRuntimeException(f"there is no folder {missing[0]} to load code from")

        def prepare(_: object) -> None:
            code.prepare_for_execution()
            interpreter_of(runtime)
            mounts()

        start_thread(prepare, name="unpack")

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        pass  # LocalStack removes the unpacked code itself

    def _begin(self) -> None:
        began = time.monotonic()
        if self._initialise("", began, INIT_LIMIT, "init") is None:
            self._init = milliseconds_since(began)

    def _invoke(self, request_id: str, payload: dict[str, str]) -> InvocationResult:
        settings = self.function_version.config
        if self._sandbox is not None and self._seen != self._saved():
            self._sandbox.stop()
            self._discard()
            self._begin()
        began, started = time.monotonic(), time.time()
        deadline = began + settings.timeout
        if self._sandbox is not None and not self._sandbox.alive():
            self._discard()  # it ended after its last response
        outcome = self._initialise(request_id, began, settings.timeout, "invoke") if self._sandbox is None else None
        self._log.add(self._lines.start(request_id, self.function_version.id.qualifier))
        if outcome is None:
            outcome = self._handle(request_id, payload, started, deadline)
        if outcome.kind == wording.TIMED_OUT:
            self._log.add(wording.timeout_line(request_id, settings.timeout))
        duration = min(milliseconds_since(began), settings.timeout * 1000)
        peak = min(self._peak, settings.memory_size)  # seen too late to stop it at the limit
        self._log.add(
            self._lines.end_and_report(
                request_id, outcome, duration=duration, init=self._init, memory=settings.memory_size, peak=peak
            )
        )
        log = self._log.end()
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
            log=log,
        )
        self._init = None
        return InvocationResult(request_id, outcome.body, is_error=outcome.failed, logs=log)

    def _initialise(self, request_id: str, began: float, limit: float, phase: str) -> wording.Outcome | None:
        """A new process, up to its first request for work. What went wrong, if something did."""
        settings = self.function_version.config
        changing = reloaded(settings)
        if self._stopped:
            return wording.exited(request_id, "signal: killed")
        if self._seen != (seen := self._saved()):
            self._seen = seen
            if self._namespaces:
                self._namespaces.close()  # other code, and on AWS another environment
        if missing := [folder for folder in changing if not folder.is_dir()]:
            outcome = wording.no_folder(settings.handler, str(missing[0]))
            self._log.add(self._lines.init_report(outcome, duration=0, phase=phase))
            return outcome
        interpreter = interpreter_of(settings.runtime)
        code, layers = settings.code.get_unzipped_code_location(), folder_of(settings.layers)
        self._sandbox = sandbox = Sandbox(
            interpreter,
            Filesystem(
                code=code,
                runtime=runtime_folder(interpreter),
                temporary=self._temporary,
                layers=layers,
                needed=(*interpreter.prefixes, *linked_folders()),
                linked=[target for folder in changing for target in linked(folder)],
                bytecode=[bytecode.folder_of(each) for each in (code, layers) if each and each not in changing],
                namespaces=self._namespaces,
                size=settings.ephemeral_storage.size,
            ),
            handler=settings.handler,
            environment=self._variables,
            memory=settings.memory_size,
            # Bytecode knows its source by size and second: two saves within one would not differ.
            keep_compiled=not changing,
        )
        watchdog().watch(sandbox.process.pid, self._variables[MARK])
        if self._stopped:  # before there was anything to kill
            sandbox.kill()
        ended = sandbox.initialise(began + limit)
        if ended is None:
            self._log.add(sandbox.take_logs())
            return None
        if isinstance(ended, bytes):
            outcome = wording.init_error(ended)
            sandbox.stop()
        else:
            outcome = self._end(request_id, sandbox, ended)
        self._discard()
        self._log.add(self._lines.init_report(outcome, duration=milliseconds_since(began), phase=phase))
        return outcome

    def _handle(self, request_id: str, payload: dict[str, str], started: float, deadline: float) -> wording.Outcome:
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
        logged = partial(self._log.go_on, request_id, started)
        call = sandbox.handle(headers, payload["payload"].encode(), deadline, logged)
        if isinstance(call, Ending):
            outcome = self._end(request_id, sandbox, call)
            self._discard()
            return outcome
        self._peak = sandbox.peak_memory()
        self._log.add(sandbox.take_logs())
        if len(call.body) > RESPONSE_LIMIT:
            call.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            # AWS's runtime gives up over this answer; another one may ask for more work.
            if sandbox.initialise(max(deadline, time.monotonic() + GRACE)) is not None:
                self._discard()
            return wording.too_large(RESPONSE_LIMIT)
        call.answer(HTTPStatus.ACCEPTED)
        return wording.Outcome(call.body, failed=call.request.endswith("/error"))

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
        self._log.add(sandbox.take_logs())
        sandbox.close()

    def _saved(self) -> Snapshot:
        """The state of what is to be reloaded when that changes."""
        return snapshot(*reloaded(self.function_version.config))


def reloaded(settings: VersionFunctionConfiguration) -> list[Path]:
    """The folders it runs from whose files are somebody's own."""
    every = (settings.code, *(layer.code for layer in settings.layers))
    return [each.get_unzipped_code_location() for each in every if each.is_hot_reloading()]


def milliseconds_since(began: float) -> float:
    return (time.monotonic() - began) * 1000
