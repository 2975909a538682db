"""The public documents of a user pool, below the address that its tokens name as their issuer.

https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.http import Request
from rolo import Response

# An underscore is in every pool's id, and in no bucket's name.
PATH = "/<regex('[a-z0-9-]+_[0-9A-Za-z]+'):pool>/.well-known/<regex('jwks.json|openid-configuration'):document>"


def answer(request: Request, pool: str, document: str) -> Response:
    """``{"keys": [...]}``, or what a client of OpenID Connect asks first."""
    from localdev.providers.cognito_idp.found import pool_named
    from localdev.providers.cognito_idp.tokens import issuer

    found = pool_named(pool)
    if found is None:
        return Response.for_json({"message": f"User pool {pool} does not exist."}, status=404)
    if document == "jwks.json":
        return Response.for_json({"keys": [found.json_web_key.as_dict(private=False)]})
    configuration: dict[str, Any] = {
        "issuer": issuer(found),
        "jwks_uri": f"{issuer(found)}/.well-known/jwks.json",
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
    }
    return Response.for_json(configuration)
