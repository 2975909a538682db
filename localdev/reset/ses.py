"""Mails, which LocalStack keeps for all accounts in one place."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.ses.provider import EMAILS


def forget(account: str) -> None:
    for number, mail in list(EMAILS.items()):
        if mail.get("Account") == account:
            del EMAILS[number]
