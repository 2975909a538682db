"""Whose an access key is, in any account."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.utils.aws.arns import get_partition


@dataclass(frozen=True)
class Principal:
    """id: ``AIDA…`` of a user, ``AROA…:name`` of a role's session, the account's number of the account itself.

    role: the ARN of the role, if it is a session of one.
    """

    key: str
    account: str
    arn: str
    id: str
    role: str | None = None

    @property
    def names(self) -> set[str]:
        """What policies of resources may call it."""
        _, partition, *_ = self.arn.split(":")
        mine = {self.arn, self.role} if self.role else {self.arn}
        return mine | {self.account, f"arn:{partition}:iam::{self.account}:root"}


def owner(key: str, region: str) -> Principal:
    """The account's root for a key that was issued to nobody."""
    from moto.sts.models import sts_backends

    backend = sts_backends[get_account_id_from_access_key_id(key)][get_partition(region)]
    id, arn, account = backend.get_caller_identity(key, region)
    if arn.endswith(":user/moto"):  # what moto calls whom it does not know
        return Principal(key, account, f"arn:{backend.partition}:iam::{account}:root", account)
    session: Any = backend.get_assumed_role_from_access_key(key)
    return Principal(key, account, arn, id, session and session.role_arn)
