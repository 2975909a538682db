"""What LocalStack finds through our entry points. Names only; everything else is imported when it is used."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import TYPE_CHECKING

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

if TYPE_CHECKING:
    from localdev.executor import ProcessExecutor


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Lambda functions as child processes: ``LAMBDA_RUNTIME_EXECUTOR=process``."""

    name = "process"

    def load(self, *args: object, **kwargs: object) -> type[ProcessExecutor]:
        from localdev.executor import ProcessExecutor

        return ProcessExecutor


class LoopbackServerPlugin(RuntimeServerPlugin):
    """The gateway on the one socket it was given: ``GATEWAY_SERVER=loopback``."""

    name = "loopback"

    def load(self, *args: object, **kwargs: object) -> RuntimeServer:
        from localdev.gateway import LoopbackServer

        return LoopbackServer()
