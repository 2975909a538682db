"""SES: whose the mails are that it keeps for `/_aws/ses`."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.services.ses.provider import EMAILS, SesProvider
from localstack.utils.patch import patch


def apply() -> None:
    for send in (SesProvider.send_email, SesProvider.send_raw_email, SesProvider.send_templated_email):
        patch(send)(note_the_account)


def note_the_account(original: Callable[..., Any], self: Any, context: Any, *given: Any, **named: Any) -> Any:
    answer = original(self, context, *given, **named)
    EMAILS[answer["MessageId"]]["Account"] = context.account_id
    return answer
