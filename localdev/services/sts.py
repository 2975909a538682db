"""STS: sessions, and the policies that they are given. LocalStack 4.13.1 forgets those given by their ARNs, and hands
the same keys, which nobody knows, to all who ask for a session of their own.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from localstack.utils.patch import patch

from localdev.policies import many, understood

ATTRIBUTE = "sessions_of_users"  # of moto's backend: forgotten, saved and restored with it


@dataclass(frozen=True)
class UserSession:
    """key: whose session it is. name: of the federated user, None for the user itself. policies: their ARNs."""

    session_token: str
    key: str
    name: str | None = None
    policy: str | None = None
    policies: tuple[str, ...] = ()


def apply() -> None:
    from moto.sts.models import STSBackend
    from moto.sts.responses import TokenResponse

    patch(TokenResponse.assume_role)(assume_role)
    patch(TokenResponse.assume_role_with_web_identity)(assume_role)
    patch(TokenResponse.get_session_token)(get_session_token)
    patch(TokenResponse.get_federation_token)(get_federation_token)
    patch(STSBackend.get_caller_identity)(get_caller_identity)


def of_user(backend: Any, key: str) -> UserSession | None:
    """backend: moto's of STS. None if no user was given that key."""
    found: UserSession | None = getattr(backend, ATTRIBUTE, {}).get(key)
    return found


def assume_role(original: Callable[..., Any], self: Any) -> Any:
    _check(self._get_param("Policy"))
    answer = original(self)
    answer.result["Credentials"].policy_arns = _policies(self)
    return answer


def get_session_token(original: Callable[..., Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""
    return _issue(self, original(self), UserSession(_token(), _asking(self)))


def get_federation_token(original: Callable[..., Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"""
    policy = self._get_param("Policy")
    _check(policy)
    session = UserSession(_token(), _asking(self), self._get_param("Name"), policy, _policies(self))
    return _issue(self, original(self), session)


def get_caller_identity(original: Callable[..., Any], self: Any, access_key_id: str, region: str) -> Any:
    session = of_user(self, access_key_id)
    if session is None:
        return original(self, access_key_id, region)
    if session.name is None:
        return original(self, session.key, region)
    arn = f"arn:{self.partition}:sts::{self.account_id}:federated-user/{session.name}"
    return f"{self.account_id}:{session.name}", arn, self.account_id


def _check(policy: str | None) -> None:
    """Raises CommonServiceException for text that is no policy."""
    try:
        document = json.loads(policy) if policy else {"Statement": []}
    except ValueError:
        text = "This policy contains invalid Json"
        raise CommonServiceException("MalformedPolicyDocument", text, 400, sender_fault=True) from None
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not all(understood(statement) for statement in many(statements)):
        raise CommonServiceException("MalformedPolicyDocument", "Syntax errors in policy.", 400, sender_fault=True)


def _asking(response: Any) -> str:
    """The key of whoever asks."""
    return extract_access_key_id_from_auth_header(dict(response.headers)) or ""


def _policies(response: Any) -> tuple[str, ...]:
    return tuple(each["arn"] for each in response._get_param("PolicyArns") or [])


def _token() -> str:
    from moto.sts.utils import random_session_token

    token: str = random_session_token()
    return token


def _issue(response: Any, answer: Any, session: UserSession) -> Any:
    from moto.iam.models import iam_backends

    key = iam_backends[response.current_account][response.partition].create_temp_access_key()
    response.backend.__dict__.setdefault(ATTRIBUTE, {})[key.access_key_id] = session
    answer.result["Credentials"] |= {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": session.session_token,
    }
    return answer
