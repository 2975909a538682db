"""What the executor interface of LocalStack 4.13.1 does not let through, replaced in memory."""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import copy
import dataclasses
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvocationType, RequestTooLargeException
from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import InitializationType, Invocation
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.utils.patch import patch

from localdev.functions.variables import function_environment

SYNCHRONOUS_LIMIT = 6 * 1024 * 1024  # bytes
ASYNCHRONOUS_LIMIT = 1024 * 1024  # bytes
PATIENCE = 30.0  # seconds that invocations which were cut off may take to notice
_starting: set[str] = set()  # ids of those that are for who started them
_invoking: Counter[str] = Counter()  # invocations under way, by the id of their version's manager
_changed = threading.Condition()  # of their number


def apply() -> None:
    """Once per process, before the first function starts."""
    patch(ExecutionEnvironment.get_environment_variables)(get_environment_variables)
    patch(ExecutionEnvironment.invoke)(invoke_with_client_context)
    patch(LambdaService.invoke)(refuse_large_requests)
    patch(AssignmentService.get_environment, pass_target=False)(contextmanager(get_environment))
    patch(LambdaVersionManager.invoke)(stop_what_came_late)


def get_environment_variables(original: Callable[..., dict[str, str]], self: Any) -> dict[str, str]:
    """LocalStack lets the user overwrite every variable, credentials included. AWS does not."""
    version = self.function_version
    plain = copy.copy(self)
    plain.function_version = dataclasses.replace(version, config=dataclasses.replace(version.config, environment=None))
    user = version.config.environment or {}
    return function_environment(original(plain), user, version.config.runtime)


def invoke_with_client_context(original: Callable[..., Any], self: Any, invocation: Invocation) -> Any:
    """LocalStack drops the client context on the way to its executor, where it becomes a header: one line of ASCII."""
    encoded = invocation.client_context
    self.runtime_executor.client_context = json.dumps(json.loads(base64.b64decode(encoded))) if encoded else None
    return original(self, invocation)


def refuse_large_requests(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    kind = kwargs.get("invocation_type") or InvocationType.RequestResponse
    limit = ASYNCHRONOUS_LIMIT if kind == InvocationType.Event else SYNCHRONOUS_LIMIT
    if len(kwargs.get("payload") or b"") > limit:
        raise RequestTooLargeException(f"Request must be smaller than {limit} bytes for the InvokeFunction operation")
    return original(self, *args, **kwargs)


def get_environment(
    self: Any, version_manager_id: str, function_version: Any, provisioning_type: InitializationType
) -> Iterator[Any]:
    """Lends an idle environment, or a new one.

    LocalStack's own iterates a dict that other invocations change meanwhile, and offers a new
    environment to them before the invocation that started it has reserved it.
    """
    environments = self.environments[version_manager_id]
    kind = [known for known in list(environments.values()) if known.initialization_type == provisioning_type]
    environment = next((known for known in kind if known.id not in _starting and _reserved(known)), None)
    if environment is None:
        if provisioning_type == InitializationType.provisioned_concurrency:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        environment = ExecutionEnvironment(function_version, provisioning_type, self.on_timeout, version_manager_id)
        _start(environment, environments)
    try:
        yield environment
        if not _released(environment):
            environments.pop(environment.id, None)
    except Exception:
        self.stop_environment(environment)
        raise


def _start(environment: Any, environments: dict[str, Any]) -> None:
    """Known from the beginning: who deletes or updates the function stops it, however long its init takes."""
    _starting.add(environment.id)
    environments[environment.id] = environment
    try:
        environment.start()
        environment.reserve()
    except InvalidStatusException:
        environments.pop(environment.id, None)
        message = "The function was updated or deleted while its environment started"
        raise CommonServiceException("ServiceException", message, status_code=500) from None
    except Exception as error:
        environments.pop(environment.id, None)
        raise AssignmentException(f"Could not start new environment: {type(error).__name__}:{error}") from error
    finally:
        _starting.discard(environment.id)


def stop_what_came_late(original: Callable[..., Any], self: Any, *, invocation: Invocation) -> Any:
    """An invocation may have got past LocalStack's check just before its version was stopped."""
    with _changed:
        _invoking[self.id] += 1
    try:
        return original(self, invocation=invocation)
    finally:
        if self.shutdown_event.is_set():
            self.assignment_service.stop_environments_for_version(self.id)
        with _changed:
            _invoking[self.id] -= 1
            if not _invoking[self.id]:
                del _invoking[self.id]
            _changed.notify_all()


def let_end(manager: LambdaVersionManager) -> None:
    """Waits for the invocations of a version that was stopped: to be counted is the last that they do."""
    with _changed:
        _changed.wait_for(lambda: not _invoking[manager.id], PATIENCE)


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
