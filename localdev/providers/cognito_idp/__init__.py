"""Cognito user pools: moto keeps pools, clients, users and groups; signing up and in, tokens and triggers are ours.

moto 5 signs every pool's tokens with one well-known key, accepts any confirmation code and any SRP proof, and
knows no app client's settings. The hosted UI, second factors and custom challenges are refused: see `pools`.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.plugins import Service

from localdev.providers.moto import moto_service


def provide() -> Service:
    from localdev.providers.cognito_idp.passwords import Passwords
    from localdev.providers.cognito_idp.pools import Pools
    from localdev.providers.cognito_idp.sign_in import SignIn
    from localdev.providers.cognito_idp.sign_out import SignOut
    from localdev.providers.cognito_idp.sign_up import SignUp

    class Operations(Pools, SignUp, Passwords, SignIn, SignOut):
        """All that is answered here."""

    return moto_service("cognito-idp", Operations())
