"""OpenAPI documents that ask for signatures: LocalStack would import such methods as open to everybody.

Paths that cannot be are refused before anything is changed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from typing import Any

from localstack.services.apigateway.legacy import provider

from localdev.services.apigateway import resource_policy
from localdev.services.apigateway.paths import check_paths


def apply() -> None:
    original = vars(provider)["import_api_from_openapi_spec"]

    def import_api(rest_api: Any, *, open_api_spec: Any, **more: Any) -> Any:
        check_paths(open_api_spec.get("paths") or {})
        policy = open_api_spec.get("x-amazon-apigateway-policy")
        resource_policy.check(json.dumps(policy) if isinstance(policy, dict) else policy)
        found = original(rest_api, open_api_spec=open_api_spec, **more)
        require_signatures(found[0], open_api_spec)
        return found

    vars(provider)["import_api_from_openapi_spec"] = import_api


def require_signatures(rest_api: Any, document: Any) -> None:
    """rest_api: moto's, with a resource for each path."""
    by_path = {resource.get_path(): resource for resource in rest_api.resources.values()}
    paths = {path.rstrip("/").replace("//", "/"): each for path, each in (document.get("paths") or {}).items()}
    longest = max(by_path, key=len)
    base = longest[: len(longest) - max(map(len, paths), default=0)]
    for path, operations in paths.items():
        for name, operation in operations.items():
            verb = "ANY" if name == "x-amazon-apigateway-any-method" else name.upper()
            method = by_path[base + path or "/"].resource_methods.get(verb)
            if method is not None and wants_signature(operation, document):
                method.authorization_type = "AWS_IAM"


def wants_signature(operation: Any, document: Any) -> bool:
    if operation.get("x-amazon-apigateway-auth", {}).get("type", "").upper() == "AWS_IAM":
        return True
    schemes = document.get("securityDefinitions") or document.get("components", {}).get("securitySchemes") or {}
    named = [name for each in operation.get("security", document.get("security")) or [] for name in each]
    return any(schemes.get(name, {}).get("x-amazon-apigateway-authtype") == "awsSigv4" for name in named)
