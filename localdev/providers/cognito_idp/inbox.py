"""What a pool would send its users by mail or SMS is kept: see `localdev.endpoints.cognito_inbox`."""

# mypy: allow-untyped-calls
from __future__ import annotations

import secrets
import time

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool

from localdev.providers.cognito_idp.kept import kept

KEPT = 1000  # messages of a pool


def send(pool: CognitoIdpUserPool, user: CognitoIdpUser, template: dict[str, str], code: str) -> dict[str, str]:
    """A message with a code in it; returns Cognito's ``CodeDeliveryDetails``, or an empty one without an address.

    A message has ``time`` (seconds since 1970), ``username``, ``to``, ``subject``, ``text`` and ``code``.
    template: as in ``VerificationMessageTemplate``. code: what stands for ``{####}``.
    """
    have = user.attribute_lookup
    attribute = "email" if have.get("email") else "phone_number"
    if not have.get(attribute):
        # Someone who signs up with a name alone gets no message on AWS, and could only be confirmed by an admin.
        return {}
    medium = "EMAIL" if attribute == "email" else "SMS"
    text = template["EmailMessage" if medium == "EMAIL" else "SMSMessage" if "SMSMessage" in template else "SmsMessage"]
    inbox = kept(pool).messages
    inbox.append(
        {
            "time": time.time(),
            "username": user.username,
            "to": have[attribute],
            "subject": template["EmailSubject"] if medium == "EMAIL" else None,
            "text": text.replace("{username}", user.username).replace("{####}", code),
            "code": code,
        }
    )
    del inbox[:-KEPT]
    return {"AttributeName": attribute, "DeliveryMedium": medium, "Destination": _masked(have[attribute])}


def send_code(pool: CognitoIdpUserPool, user: CognitoIdpUser) -> dict[str, str]:
    """A new code of six digits, in place of any before. Returns as `send` does."""
    user.confirmation_code = f"{secrets.randbelow(1_000_000):06}"
    config = pool.extended_config
    template = config["VerificationMessageTemplate"] | {
        wanted: config[given]
        for wanted, given in (
            ("EmailMessage", "EmailVerificationMessage"),
            ("EmailSubject", "EmailVerificationSubject"),
            ("SmsMessage", "SmsVerificationMessage"),
        )
        if config.get(given)
    }
    return send(pool, user, DEFAULT | template, user.confirmation_code)


DEFAULT = {
    "SmsMessage": "Your verification code is {####}. ",
    "EmailMessage": "Your verification code is {####}. ",
    "EmailSubject": "Your verification code",
}


def _masked(address: str) -> str:
    """As Cognito shows it to whoever signs up: ``a***@e***``, ``+*******1234``."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain[:1]}***" if at else f"+*******{address[-4:]}"
