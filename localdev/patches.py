"""What the executor interface of LocalStack 4.13.1 does not let through, replaced in memory."""

from __future__ import annotations

import base64
import copy
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import InitializationType

from localdev.variables import function_environment


def apply() -> None:
    """Once per process, before the first function starts."""
    originals = ExecutionEnvironment.get_environment_variables, ExecutionEnvironment.invoke

    def get_environment_variables(self: Any) -> dict[str, str]:
        # LocalStack lets the user overwrite everything, credentials included. AWS does not.
        version = self.function_version
        plain = copy.copy(self)
        plain.function_version = dataclasses.replace(
            version, config=dataclasses.replace(version.config, environment=None)
        )
        return function_environment(
            originals[0](plain), version.config.environment or {}, version.config.runtime
        )

    def invoke(self: Any, invocation: Any) -> Any:
        # LocalStack drops the client context on the way to its executor.
        encoded = invocation.client_context
        self.runtime_executor.client_context = base64.b64decode(encoded).decode() if encoded else None
        return originals[1](self, invocation)

    ExecutionEnvironment.get_environment_variables = get_environment_variables
    ExecutionEnvironment.invoke = invoke
    AssignmentService.get_environment = contextmanager(get_environment)


def get_environment(
    self: Any, version_manager_id: str, function_version: Any, provisioning_type: InitializationType
) -> Iterator[Any]:
    """Lends an idle environment, or a new one.

    LocalStack's own iterates a dict that other invocations change meanwhile, and offers a new
    environment to them before the invocation that started it has reserved it.
    """
    environments = self.environments[version_manager_id]
    idle = [known for known in list(environments.values()) if known.initialization_type == provisioning_type]
    environment = next((known for known in idle if _reserved(known)), None)
    if environment is None:
        if provisioning_type == InitializationType.provisioned_concurrency:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        environment = self.start_environment(version_manager_id, function_version)
        environment.reserve()
        environments[environment.id] = environment
    try:
        yield environment
        if not _released(environment):
            environments.pop(environment.id, None)
    except Exception:
        self.stop_environment(environment)
        raise


def _reserved(environment: Any) -> bool:
    try:
        environment.reserve()
    except InvalidStatusException:
        return False
    return True


def _released(environment: Any) -> bool:
    try:
        environment.release()
    except InvalidStatusException:
        return False  # stopped meanwhile: its function was updated or deleted
    return True
