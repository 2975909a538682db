"""What LocalStack finds through our entry points. Names only; everything else is imported when it is used."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import TYPE_CHECKING

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import Service, aws_provider

if TYPE_CHECKING:
    from localdev.functions.executor import ProcessExecutor


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Lambda functions as child processes: ``LAMBDA_RUNTIME_EXECUTOR=process``."""

    name = "process"

    def load(self, *args: object, **kwargs: object) -> type[ProcessExecutor]:
        from localdev.functions.executor import ProcessExecutor

        return ProcessExecutor


class LoopbackServerPlugin(RuntimeServerPlugin):
    """The gateway on the one socket it was given: ``GATEWAY_SERVER=loopback``."""

    name = "loopback"

    def load(self, *args: object, **kwargs: object) -> RuntimeServer:
        from localdev.gateway import LoopbackServer

        return LoopbackServer()


@aws_provider(api="dynamodb", name="localdev")  # type: ignore[untyped-decorator]
def dynamodb() -> Service:
    from localdev.providers import dynamodb

    return dynamodb.provide()


@aws_provider(api="dynamodbstreams", name="localdev")  # type: ignore[untyped-decorator]
def dynamodbstreams() -> Service:
    from localdev.providers import dynamodbstreams

    return dynamodbstreams.provide()


@aws_provider(api="cognito-idp")  # type: ignore[untyped-decorator]
def cognito_idp() -> Service:
    from localdev.providers import cognito_idp

    return cognito_idp.provide()


@aws_provider(api="cloudfront")  # type: ignore[untyped-decorator]
def cloudfront() -> Service:
    from localdev.providers import cloudfront

    return cloudfront.provide()


@aws_provider(api="cloudtrail")  # type: ignore[untyped-decorator]
def cloudtrail() -> Service:
    from localdev.providers import cloudtrail

    return cloudtrail.provide()
