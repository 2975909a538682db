"""Functions that could not be set up: they can be updated and deleted, as on AWS. LocalStack 4.13.1 loses them.

Who invokes one is told why it cannot be.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from localstack.aws.api.lambda_ import ResourceConflictException, State
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.utils.patch import patch


def apply() -> None:
    """Once per process."""
    patch(LambdaService.stop_version)(stop_version)
    patch(LambdaService.update_version, pass_target=False)(update_version)
    patch(LambdaService.get_lambda_version_manager)(get_lambda_version_manager)


def stop_version(original: Callable[..., None], self: Any, qualified_arn: str) -> None:
    with contextlib.suppress(ValueError):  # there is nothing to stop
        original(self, qualified_arn)


def update_version(self: Any, new_version: Any) -> Any:
    return self.create_function_version(function_version=new_version)


def get_lambda_version_manager(original: Callable[..., Any], self: Any, function_arn: str) -> Any:
    """function_arn: of a version."""
    try:
        return original(self, function_arn)
    except ValueError:
        _, _, _, region, account, _, name, version = function_arn.split(":")
        state = lambda_stores[account][region].functions[name].versions[version].config.state
        if state.state != State.Failed:
            raise
        raise ResourceConflictException(
            "The operation cannot be performed at this time. The function is currently in the following state: "
            f"{state.state}. {state.reason}"
        ) from None
