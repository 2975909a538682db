"""What we keep of a pool beside what moto keeps. It lies in moto's pool, and goes with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool

from localdev.providers.cognito_idp.srp import Handshake


class Login(NamedTuple):
    """What a refresh token stands for. Times are seconds since 1970."""

    client_id: str
    username: str
    origin: str
    began: int
    expires: int


@dataclass
class Session:
    """A user who has still to meet a challenge, begun at a client."""

    client_id: str
    user: CognitoIdpUser
    challenge: str
    handshake: Handshake | None = None
    began: float = field(default_factory=time.time)


@dataclass
class Kept:
    """Logins by their refresh tokens, None once revoked; sessions by their keys; messages as in `inbox`.

    access_tokens: those that came of a login, by its origin.
    """

    logins: dict[str, Login | None] = field(default_factory=dict)
    access_tokens: dict[str, list[str]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)


def kept(pool: CognitoIdpUserPool) -> Kept:
    found: Kept = vars(pool).setdefault("kept_by_localdev", Kept())
    return found
