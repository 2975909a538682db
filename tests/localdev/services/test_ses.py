"""Simple Email Service: nothing is sent, and what would have been can be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localdev.emulator import Emulator
from tests.localdev.conftest import CREDENTIALS

pytestmark = pytest.mark.emulator
TO = {"ToAddresses": ["reader@example.com"]}
MESSAGE = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "a text"}, "Html": {"Data": "<p>a text"}}}


@pytest.mark.feature(
    "SES",
    "SendEmail, SendRawEmail, to be read at `/_aws/ses`",
    partly="recipients need not be verified",
)
def test_what_is_sent_can_be_read(client: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html; only verified identities may send."""
    ses = client("ses")
    with pytest.raises(ClientError, match=r"MessageRejected.*not verified"):
        ses.send_email(Source="unknown@example.com", Destination=TO, Message=MESSAGE)
    ses.verify_email_identity(EmailAddress="writer@example.com")
    plain = ses.send_email(Source="writer@example.com", Destination=TO, Message=MESSAGE)["MessageId"]
    text = "From: writer@example.com\nTo: reader@example.com\nSubject: raw\n\nbody"
    raw = ses.send_raw_email(RawMessage={"Data": text.encode()})["MessageId"]
    sent = {each["Id"]: each for each in json.loads(ask("/_aws/ses?email=writer@example.com").body)["messages"]}
    assert (sent[plain]["Destination"], sent[plain]["Subject"]) == (TO, "Hello")
    assert sent[plain]["Account"] == sent[raw]["Account"] == "000000000000"
    assert sent[plain]["Body"] == {"text_part": "a text", "html_part": "<p>a text"}
    assert sent[raw]["RawData"] == text


def test_mails_go_with_their_account(emulator: Emulator, ask: Callable[..., Any]) -> None:
    keys = CREDENTIALS | {"aws_access_key_id": "333333333333"}
    ses = boto3.client("ses", endpoint_url=emulator.endpoint_url, **keys)
    ses.verify_email_identity(EmailAddress="short@example.com")
    ses.send_email(Source="short@example.com", Destination=TO, Message=MESSAGE)
    ses.close()

    def senders() -> set[str]:
        return {each["Source"] for each in json.loads(ask("/_aws/ses").body)["messages"]}

    kept = senders() - {"short@example.com"}
    assert "short@example.com" in senders()
    emulator.ask("/_localdev/reset?account=333333333333", method="POST")
    assert senders() == kept


@pytest.mark.feature("SES", "version 2 of its API", lacking="InternalFailure (501) names the operation")
def test_version_2_is_refused(client: Callable[..., Any]) -> None:
    with pytest.raises(ClientError, match=r"SendEmail of sesv2 is not emulated"):
        client("sesv2").send_email(
            FromEmailAddress="writer@example.com", Destination=TO, Content={"Raw": {"Data": b""}}
        )
