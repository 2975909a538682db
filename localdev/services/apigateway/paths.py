"""Paths of OpenAPI documents: LocalStack would import also those that its own CreateResource refuses."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterable

from localstack.aws.api.apigateway import BadRequestException
from localstack.services.apigateway.helpers import is_greedy_path, is_variable_path


def check_paths(paths: Iterable[str]) -> None:
    """Raises BadRequestException, in CreateResource's words.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-errors-warnings.html
    """
    siblings: dict[tuple[str, ...], str] = {}
    for path in paths:
        parts = path.strip("/").split("/")
        for at, part in enumerate(parts):
            if at and is_greedy_path(parts[at - 1]):
                _refuse(path, f"Cannot create a child of a resource with a greedy path variable: {parts[at - 1]}")
            if is_variable_path(part) and (first := siblings.setdefault(tuple(parts[:at]), part)) != part:
                _refuse(
                    path,
                    f"A sibling ({first}) of this resource already has a variable path part -- only one is allowed",
                )


def _refuse(path: str, reason: str) -> None:
    raise BadRequestException(f"Errors found during import:\n\tUnable to create resource at path '{path}': {reason}")
