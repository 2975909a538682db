"""DeleteObjects: the one request that is refused for some of its objects, and done for the others."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.plugins import ServicePluginManager
from localstack.utils.patch import patch

from localdev.strict.rights import callers, refusals
from localdev.strict.rights.objects import deletion


def apply() -> None:
    patch(ServicePluginManager._load_service_plugin)(load)


def load(original: Callable[..., Any], self: Any, name: str) -> Any:
    """Its import takes half a second, and is due when it is loaded."""
    if name == "s3":
        from localstack.services.s3.provider import S3Provider

        patch(S3Provider.delete_objects)(delete_objects)
    return original(self, name)


def delete_objects(
    original: Callable[..., Any], self: Any, context: Any, bucket: str, delete: Any, **more: Any
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    caller = callers.identify(context)
    kept, errors = [], []
    for entry in delete["Objects"]:
        message = caller and refusals.message(caller, deletion(bucket, entry), context)
        if message:
            errors.append({**entry, "Code": "AccessDenied", "Message": message})
        else:
            kept.append(entry)
    answer = original(self, context, bucket, {**delete, "Objects": kept}, **more) if kept else {}
    return {**answer, "Errors": [*answer.get("Errors", []), *errors]} if errors else answer
