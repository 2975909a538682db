"""What AWS's own SDK signs, what was changed since, and what is no signature.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from rolo import Request

from localdev import signatures
from localdev.signatures import Incomplete, Mismatch, Outdated, Refused, UnknownKey

pytestmark = [
    pytest.mark.moto,
    pytest.mark.feature("API Gateway", "AWS_IAM authorization: signatures are verified, the event names the signer"),
]

HOST = "http://127.0.0.1:4566"
SIGNERS = {"header": (SigV4Auth, "execute-api"), "query": (SigV4QueryAuth, "execute-api")}
WAYS = {**SIGNERS, "S3": (S3SigV4QueryAuth, "s3")}


def signed(
    way: str, path: str = "/", method: str = "GET", body: str = "", secret: str = "test", **headers: str
) -> AWSRequest:
    request = AWSRequest(method, HOST + path, headers, body if way == "header" else "")
    signer, service = WAYS[way]
    signer(Credentials("test", secret), service, "us-east-1").add_auth(request)
    return request


def received(request: Any) -> Request:
    """As the emulator gets it."""
    url = urlsplit(request.url)
    headers = {"Host": url.netloc, **dict(request.headers)}
    return Request(
        request.method, unquote(url.path), headers, request.data, query_string=url.query, raw_path=url.path or "/"
    )


def change_authorization(request: AWSRequest, old: str, new: str) -> None:
    request.headers.replace_header("Authorization", re.sub(old, new, request.headers["Authorization"]))


def verify(request: Any, service: str = "execute-api", region: str | None = "us-east-1") -> signatures.Signature:
    got = received(request)
    signature = signatures.read(got)
    assert signature is not None
    signatures.verify(signature, got, service, region)
    return signature


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/prod/pets/5",
        "/prod/a%20b/%C3%BC",
        "/prod//./x/../pets/",
        "/a%2Bb~c/%28d%29",
        "/?b=2&a=1&a=0&empty=",
        "/?q=a%20b%2Fc&%C3%BC=%26",
    ],
)
def test_what_was_signed_is_accepted(way: str, path: str) -> None:
    if way != "header":
        path = path.replace("&a=0", "")  # of two values that SDK signs the first only
    signature = verify(signed(way, path, Word="  one   two "), WAYS[way][1])
    assert (signature.key, signature.region, signature.expires is None) == ("test", "us-east-1", way == "header")
    assert "word" in signature.headers


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", ["method", "path", "query", "host", "header", "signature", "secret"])
def test_what_was_changed_since_is_refused(way: str, change: str) -> None:
    request = signed(way, "/prod/pets?kind=cat", secret="other" if change == "secret" else "test", Word="one")
    if change == "method":
        request.method = "PUT"
    elif change in ("path", "query", "host"):
        old, new = {"path": ("pets", "cats"), "query": ("kind=cat", "kind=dog"), "host": ("127", "128")}[change]
        request.url = request.url.replace(old, new, 1)
    elif change == "header":
        request.headers.replace_header("Word", "two")
    elif change == "signature":
        request.url = re.sub(r"(Signature=)\w", r"\1g", request.url)
        if way == "header":
            change_authorization(request, r"(Signature=)\w", r"\1g")
    with pytest.raises(Mismatch) as refused:
        verify(request, WAYS[way][1])
    assert str(refused.value).startswith(
        "The request signature we calculated does not match the signature you provided."
    )
    assert f"should have been\n'{request.method}\n/" in str(refused.value)


def test_a_body_is_signed_with_the_headers() -> None:
    request = signed(
        "header", method="POST", body="name=value", **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert verify(request)
    request.data = "name=other"
    with pytest.raises(Mismatch):
        verify(request)


def test_a_body_of_s3_is_the_one_its_header_tells_if_that_is_signed() -> None:
    request = AWSRequest("PUT", f"{HOST}/bucket/key", {"X-Amz-Content-SHA256": "0" * 64})
    S3SigV4QueryAuth(Credentials("test", "test"), "s3", "us-east-1").add_auth(request)
    assert verify(request, "s3")
    request.headers.replace_header("X-Amz-Content-SHA256", "1" * 64)
    with pytest.raises(Mismatch):
        verify(request, "s3")
    request = signed("S3", method="PUT")
    request.headers["X-Amz-Content-SHA256"] = "1" * 64
    assert verify(request, "s3")


def test_a_signed_header_may_be_in_the_query() -> None:
    """Where SDKs for JavaScript put some."""
    request = signed("S3", "/bucket/key?x-amz-acl=private", **{"X-Amz-Acl": "private"})
    del request.headers["X-Amz-Acl"]
    assert verify(request, "s3")
    request.url = request.url.replace("acl=private", "acl=public-read")
    with pytest.raises(Mismatch):
        verify(request, "s3")


@pytest.mark.parametrize(
    ("way", "minutes", "says"),
    [
        ("header", -4, None),
        ("header", -6, r"Signature expired: \w+ is now earlier than \w+ \(\w+ - 5 min\.\)"),
        ("header", 4, None),
        ("header", 6, r"Signature not yet current: \w+ is still later than \w+ \(\w+ \+ 5 min\.\)"),
        ("query", -50, None),
        ("query", -70, r"Signature expired: \w+ is now earlier than \w+ \(\w+ - 3600 sec\.\)"),
        ("S3", 14, None),
        ("S3", 16, "Signature not yet current"),
    ],
)
def test_clocks_may_be_apart_a_little(monkeypatch: Any, way: str, minutes: int, says: str | None) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"""
    now = datetime.now(UTC)

    class Clock(datetime):
        """One that stands still, or what is signed a minute too late may be in time when it is looked at."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now

    monkeypatch.setattr(signatures, "datetime", Clock)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now + timedelta(minutes=minutes))
    request = signed(way)
    if says is None:
        assert verify(request, WAYS[way][1])
        return
    with pytest.raises(Outdated, match=says):
        verify(request, WAYS[way][1])


def test_a_date_header_will_do() -> None:
    request = signed("header", Date="any")  # botocore then writes it instead of its own
    assert "X-Amz-Date" not in request.headers
    assert verify(request)


@pytest.mark.parametrize("way", SIGNERS)
@pytest.mark.parametrize(
    ("said", "instead", "says"),
    [
        ("/us-east-1/", "/eu-west-1/", "Credential should be scoped to a valid region, not 'eu-west-1'. "),
        ("/execute-api/", "/lambda/", "Credential should be scoped to correct service: 'execute-api'. "),
        ("aws4_request", "end", "Credential should be scoped with a valid terminator: 'aws4_request', not 'end'. "),
        (
            "test/2",
            "test/1",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        ),
        ("SignedHeaders=host", "SignedHeaders=other", "'Host' or ':authority' must be a 'SignedHeader'"),
    ],
)
def test_a_signature_is_for_one_service_region_and_day(way: str, said: str, instead: str, says: str) -> None:
    request = signed(way)
    for encoded in (said, said.replace("/", "%2F")):
        request.url = request.url.replace(encoded, instead)
    if way == "header":
        change_authorization(request, said, instead)
    with pytest.raises(Refused) as refused:
        verify(request)
    assert (str(refused.value)[: len(says)], refused.value.code) == (says, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (
            {"Authorization": "Bearer token"},
            "Invalid key=value pair (missing equal-sign) in Authorization header (hash",
        ),
        ({"Authorization": "token"}, "Invalid key=value pair (missing equal-sign) in Authorization header (hash"),
        ({"Authorization": "Basic a=b"}, "Authorization header requires 'Credential' parameter. Authorization header"),
        ({"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, "Authorization header requires 'Signature' parameter."),
        (
            {"Authorization": "AWS3 Credential=a, Signature=b, SignedHeaders=c"},
            "Authorization=(hashed with SHA-256 and",
        ),
        ({"Authorization": "?"}, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header"),
        ({"Authorization": "?", "X-Amz-Date": "now"}, "Date must be in ISO-8601 'basic format'. Got 'now'."),
        ({"Authorization": "?", "Date": "Fri, 31 Dec 9999 23:59:59 -0500"}, "Date must be in ISO-8601 'basic format'."),
        ({"Authorization": "? ", "X-Amz-Date": "x"}, "Credential must have exactly 5 slash-delimited elements, e.g."),
    ],
)
def test_a_header_that_is_no_signature(headers: dict[str, str], says: str) -> None:
    scope = "/20260101/us-east-1/execute-api/aws4_request" if headers["Authorization"] == "?" else ""
    whole = f"AWS4-HMAC-SHA256 Credential=test{scope}, SignedHeaders=host, Signature=0"
    headers = {name: re.sub(r"^\? ?$", whole, value) for name, value in headers.items()}
    with pytest.raises(Incomplete) as refused:
        signatures.read(Request("GET", "/", headers))
    assert (str(refused.value)[: len(says)], refused.value.code) == (says, "IncompleteSignatureException")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            "X-Amz-Signature=0",
            "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters",
        ),
        ("X-Amz-Algorithm=AWS3&X-Amz-Expires=1&", 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=x&", "X-Amz-Expires should be a number"),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604801&", "X-Amz-Expires must be less than a week"),
        (f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={'9' * 5000}&", "X-Amz-Expires must be less than a week"),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604800&", "Credential must have exactly 5"),
    ],
)
def test_a_query_that_is_no_signature(query: str, says: str) -> None:
    if query.endswith("&"):
        query += "&".join(f"X-Amz-{name}=x" for name in ("Credential", "Signature", "SignedHeaders", "Date"))
    with pytest.raises(Incomplete) as refused:
        signatures.read(Request("GET", "/", query_string=query))
    assert str(refused.value).startswith(says)


def test_who_does_not_sign_is_nobody() -> None:
    assert signatures.read(Request("GET", "/", {"X-Amz-Date": "x"}, query_string="X-Amz-Date=x")) is None


def test_keys_are_known_or_those_of_accounts(monkeypatch: Any) -> None:
    """A session's keys are worth nothing without its token."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    account = "715316151617"
    user = iam_backends[account]["aws"].create_user("us-east-1", "signer")
    key = iam_backends[account]["aws"].create_access_key("signer", prefix="LKIA")
    session = sts_backends[account]["aws"].assume_role(
        "us-east-1", "session", f"arn:aws:iam::{account}:role/signer", "", 900, ""
    )
    monkeypatch.setattr(signatures, "account_of", lambda key: account)
    issued = {
        (key.access_key_id, key.secret_access_key, None): True,
        (session.access_key_id, session.secret_access_key, session.session_token): True,
        (session.access_key_id, session.secret_access_key, None): False,
        (session.access_key_id, session.secret_access_key, "other"): False,
        (key.access_key_id, key.secret_access_key, "any"): False,
        ("LKIAQAAAAAAAGMKEM7X5", "any", None): False,
        ("test", "test", "any"): True,
        ("AKIAIOSFODNN7EXAMPLE", "test", None): True,
        (account, "test", None): True,
    }
    for (access_key, secret, token), good in issued.items():
        for signer, service in SIGNERS.values():
            request = AWSRequest("GET", HOST)
            signer(Credentials(access_key, secret, token), service, "us-east-1").add_auth(request)
            if good:
                assert verify(request).key == access_key
                continue
            with pytest.raises(UnknownKey, match="The security token included in the request is invalid") as refused:
                verify(request)
            assert refused.value.code == "UnrecognizedClientException"
    user.update_access_key(key.access_key_id, "Inactive")
    with pytest.raises(UnknownKey):
        signatures.secret_of(key.access_key_id, "us-east-1")
