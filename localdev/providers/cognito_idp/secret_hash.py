"""Clients with a secret prove that they know it.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from moto.cognitoidp import utils
from moto.cognitoidp.models import CognitoIdpUserPoolClient

from localdev.providers.cognito_idp.found import refuse


def check_secret_hash(client: CognitoIdpUserPoolClient, username: str, given: str | None) -> None:
    if not client.generate_secret:
        if given is not None:
            message = f"Client {client.id} is not configured for secret but secret hash was received"
            raise refuse("NotAuthorizedException", message)
        return
    if given is None:
        message = f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        raise refuse("NotAuthorizedException", message)
    if not utils.check_secret_hash(client.secret, client.id, username, given):
        raise refuse("NotAuthorizedException", f"Unable to verify secret hash for client {client.id}")
