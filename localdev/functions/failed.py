"""Functions that could not be set up: they can be updated and deleted, as on AWS. LocalStack 4.13.1 loses them."""

# mypy: allow-untyped-calls
from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.utils.patch import patch


def apply() -> None:
    """Once per process."""
    patch(LambdaService.stop_version)(stop_version)
    patch(LambdaService.update_version, pass_target=False)(update_version)


def stop_version(original: Callable[..., None], self: Any, qualified_arn: str) -> None:
    with contextlib.suppress(ValueError):  # there is nothing to stop
        original(self, qualified_arn)


def update_version(self: Any, new_version: Any) -> Any:
    return self.create_function_version(function_version=new_version)
