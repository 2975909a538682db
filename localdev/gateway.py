"""LocalStack's gateway on the socket our start command bound: the server plugin ``loopback``.

LocalStack 4.13.1's own twisted server ignores the host of GATEWAY_LISTEN and listens on every interface
(``runtime/server/twisted.py``), and it learns only while starting that a port is taken.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import gc
import logging
import os
import socket
import threading
from typing import Any

from localstack.runtime.server.twisted import TwistedRuntimeServer
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from plux import PluginManager  # type: ignore[import-untyped]
from twisted.internet import reactor

from localdev import clients, endpoints, guard, packages, refusals, services, serving, threads
from localdev.catalog import prepare_catalog
from localdev.plugins import ProcessExecutorPlugin
from localdev.process import SOCKET, STRICT
from localdev.state import STATE, changes

LOG = logging.getLogger(__name__)

# What a deployment asks for, in the order it asks. Their first import takes seconds, which the client
# spends on reading its configuration and building packages.
# The last one counts a function's invocations.
WARMED_UP = ("s3", "iam", "sts", "lambda", "apigateway", "logs", "kms", "cloudwatch")


class LoopbackServer(TwistedRuntimeServer):
    """Plain HTTP on an inherited socket; warms services up once it serves."""

    def register(self, gateway: Any, listen: Any, ssl_creds: Any = None) -> None:
        require_process_executor()
        prepare_catalog()
        services.mend_when_loaded()
        endpoints.add_all()
        refusals.apply(gateway)
        packages.apply()
        threads.apply()
        clients.apply()
        gateway.request_handlers.insert(0, keep_body)
        guard.apply(gateway, listen[0].port)
        if STATE in os.environ:
            changes.watch()
        if STRICT in os.environ:
            from localdev import strict

            strict.enforce()
        descriptor = int(os.environ[SOCKET])
        reactor.adoptStreamPort(descriptor, socket.AF_INET, serving.site(gateway))  # type: ignore[attr-defined]
        os.close(descriptor)  # the reactor works on a duplicate

    def run(self) -> None:
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        super().run()


def require_process_executor() -> None:
    """Raises RuntimeError where LocalStack would quietly fall back to Docker."""
    from localstack import config

    name = config.LAMBDA_RUNTIME_EXECUTOR
    plugins: PluginManager[RuntimeExecutorPlugin] = PluginManager(RuntimeExecutorPlugin.namespace)
    if not plugins.exists(name) or not isinstance(plugins.load(name), ProcessExecutorPlugin):
        raise RuntimeError(f"the Lambda executor {name!r} is not localdev's: LocalStack would use Docker")


def warm_up() -> None:
    """Imports and starts the services a deployment needs first."""
    from localstack import config
    from localstack.services.lambda_.invocation.runtime_executor import get_runtime_executor
    from localstack.services.plugins import SERVICE_PLUGINS

    from localdev.functions import versions

    try:
        for service in WARMED_UP:
            SERVICE_PLUGINS.require(service)
        get_runtime_executor()
        versions.signer(config.external_service_url())
    except Exception:
        # The request that needs the service will meet the same error and report it.
        LOG.exception("warming up failed")
    gc.freeze()
    gc.enable()


def keep_body(chain: Any, context: Any, response: Any) -> None:
    """Reads the body of a request to an API before anyone takes it for a form, which would use it up."""
    if "execute-api" in context.request.path or ".execute-api." in context.request.host:
        context.request.get_data(cache=True)
