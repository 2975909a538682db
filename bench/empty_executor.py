"""The emulator's own process, in which functions are nothing: what an invocation then costs is LocalStack's share.

``python -m bench.empty_executor PORT`` is to `localdev.emulator.Emulator` what ``python -m localdev.process`` is.
"""

from typing import Any

from localstack.services.lambda_.invocation.lambda_models import InvocationResult

from localdev import process
from localdev.functions.executor import ProcessExecutor
from localdev.plugins import ProcessExecutorPlugin

ANSWER = b'{"statusCode": 200}'


class EmptyExecutor(ProcessExecutor):
    """Answers at once, without a process and without a log."""

    def start(self, env_vars: dict[str, str]) -> None:
        pass

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        return InvocationResult(payload["invoke-id"], ANSWER, is_error=False, logs="")

    def stop(self) -> None:
        pass


def load(self: object, *arguments: Any, **settings: Any) -> type[EmptyExecutor]:
    return EmptyExecutor


if __name__ == "__main__":
    ProcessExecutorPlugin.load = load
    process.main()
