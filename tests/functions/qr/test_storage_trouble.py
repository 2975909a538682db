"""What the QR function makes of an S3 that stumbles or refuses."""

import socket
from datetime import UTC, datetime

import pytest
from botocore import exceptions

from tests.functions.qr.puts import BODY, SECRETS, put, replying

DENIED = b"<?xml?><Error><Code>AccessDenied</Code><Message>Not you</Message><HostId>x</HostId></Error>"
UNREACHABLE = [
    exceptions.EndpointConnectionError(endpoint_url="https://s3", error="no route"),
    exceptions.ConnectTimeoutError(endpoint_url="https://s3", error="too slow"),
    exceptions.ReadTimeoutError(endpoint_url="https://s3", error="too slow"),
    exceptions.ConnectionClosedError(endpoint_url="https://s3", error="gone"),
    exceptions.SSLError(endpoint_url="https://s3", error="cut off"),
    exceptions.HTTPClientError(error="odd"),
]


def test_nobody_there_is_an_error_of_ours(start, pauses):
    with socket.socket() as nobodys:
        nobodys.bind(("127.0.0.1", 0))  # so it is nobody else's, and as it does not listen, refuses
        storage = start(AWS_ENDPOINT_URL=f"http://127.0.0.1:{nobodys.getsockname()[1]}")
        with pytest.raises(storage.StorageError, match="Could not connect"):
            put(storage)
    assert pauses == [1, 2, 0]


@pytest.mark.parametrize("stumble", [(500, b""), (503, b"<Code>SlowDown</Code>"), (429, b""), *UNREACHABLE], ids=repr)
def test_a_stumble_is_tried_again_signed_anew(start, monkeypatch, pauses, stumble):
    clock = iter(datetime(2026, 3, 1, 0, 0, second, tzinfo=UTC) for second in range(9))
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: next(clock))
    storage = start()
    requests = replying(storage, stumble, stumble, (200, b""))
    put(storage)
    assert [request.body for request in requests] == [BODY] * 3
    assert len({request.url for request in requests}) == 1
    assert len({request.headers["Authorization"] for request in requests}) == 3
    assert pauses == [1, 2]


def test_the_pauses_differ_so_that_functions_do_not_come_back_all_at_once(start, slept):
    storage = start()
    for _ in range(5):
        replying(storage, (503, b""), (200, b""))
        put(storage)
    assert len({*slept}) == 5
    assert all(0 <= pause <= 1 for pause in slept)


@pytest.mark.parametrize("stumble", [(503, b"<Code>SlowDown</Code>"), UNREACHABLE[0], UNREACHABLE[2]], ids=repr)
def test_three_stumbles_are_a_failure(start, pauses, stumble):
    storage = start()
    requests = replying(storage, *[stumble] * 9)
    with pytest.raises(storage.StorageError, match=r"503 SlowDown|Could not connect|Read timeout"):
        put(storage)
    assert len(requests) == 3


@pytest.mark.parametrize("status", [204, 301, 307, 400, 403, 404, 409])
def test_a_refusal_is_final_and_says_why(start, pauses, status):
    storage = start()
    requests = replying(storage, (status, DENIED), (200, b""))
    with pytest.raises(storage.StorageError) as raised:
        put(storage)
    assert str(raised.value) == f"S3 did not take the object: answer {status} AccessDenied: Not you"
    assert (len(requests), pauses) == (1, [])


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>no", b'{"message": "no"}'])
def test_a_refusal_that_is_not_s3s_own_is_one_too(start, body):
    storage = start()
    replying(storage, (403, body))
    with pytest.raises(storage.StorageError, match="answer 403"):
        put(storage)


def test_a_refused_signature_reveals_nothing(start):
    """S3 repeats what it would have signed, and with it the session token."""
    request = f"PUT\n/qr_1.png\n\nx-amz-security-token:{SECRETS['AWS_SESSION_TOKEN']}"
    told = "<Code>SignatureDoesNotMatch</Code><Message>Check your key</Message>"
    more = f"<AWSAccessKeyId>{SECRETS['AWS_ACCESS_KEY_ID']}</AWSAccessKeyId><CanonicalRequest>{request}"
    storage = start()
    replying(storage, (403, f"<Error>{told}{more}</CanonicalRequest></Error>".encode()))
    with pytest.raises(storage.StorageError) as raised:
        put(storage)
    assert str(raised.value).endswith("answer 403 SignatureDoesNotMatch: Check your key")


def test_secrets_and_contents_stay_out_of_the_log(start, pauses, caplog):
    caplog.set_level("INFO")
    storage = start()
    for replies in ([(503, b"")] * 3, [(403, DENIED)], [UNREACHABLE[3]] * 3):
        replying(storage, *replies)
        with pytest.raises(storage.StorageError) as raised:
            put(storage)
        assert not any(secret in str(raised.value) for secret in SECRETS.values())
    replying(storage, (200, b""))
    put(storage)
    assert not caplog.records


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_process_that_is_not_lambdas_is_told_what_is_missing(start, load, monkeypatch, name):
    start()
    monkeypatch.delenv(name)
    with pytest.raises(KeyError, match=name):
        load("qr", "storage")
