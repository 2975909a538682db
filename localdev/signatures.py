"""AWS Signature Version 4: who signed a request, and whether the signature is right, for any service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from botocore.utils import normalize_url_path
from localstack.aws.accounts import get_account_id_from_access_key_id as account_of
from rolo.request import get_raw_path

from localdev.services.sts import of_user

ALGORITHM = "AWS4-HMAC-SHA256"
FORMAT = "%Y%m%dT%H%M%SZ"
END = "aws4_request"
WEEK = 7 * 24 * 3600  # seconds
SKEW = timedelta(minutes=5)  # how far clocks may be apart, but for S3
QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires")
ROOT = "test"  # the secret of every key that was not issued: those of the accounts themselves
ISSUED = ("LKIA", "LSIA")  # how keys begin that LocalStack gives to users and sessions
UNKNOWN = "The security token included in the request is invalid."
CONTENT = "x-amz-content-sha256"


class Refused(Exception):
    """A signature that is none, in the words that most of AWS's services have for it. code: their name of the error."""

    code = "InvalidSignatureException"


class Incomplete(Refused):
    code = "IncompleteSignatureException"


class Outdated(Refused):
    """Too old, or of a time to come."""


class UnknownKey(Refused):
    code = "UnrecognizedClientException"


class Mismatch(Refused):
    """Made with another secret, or for another request."""

    def __init__(self, canonical_request: str, string_to_sign: str) -> None:
        self.canonical_request, self.string_to_sign = canonical_request, string_to_sign
        super().__init__(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.\n\n"
            f"The Canonical String for this request should have been\n'{canonical_request}'\n\n"
            f"The String-to-Sign should have been\n'{string_to_sign}'\n"
        )


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature.

    headers: the names of those that are signed, in lower case. token: that of a session. expires: after how many
    seconds, if it is in the query.
    """

    key: str
    region: str
    service: str
    date: datetime
    headers: tuple[str, ...]
    token: str | None
    value: str
    expires: int | None = None

    @property
    def scope(self) -> str:
        return f"{self.date:%Y%m%d}/{self.region}/{self.service}/{END}"


def read(request: Any) -> Signature | None:
    """None if the request is not signed. Raises Incomplete or another Refused for what nobody can make sense of."""
    headers = request.headers
    if authorization := headers.get("Authorization"):
        given, found = _authorization(authorization), headers.get("X-Amz-Date") or headers.get("Date", "")
        if not found:
            raise Incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        return _signature(given, found, headers.get("X-Amz-Security-Token"))
    asked = request.args
    if not any(name in asked for name in QUERY[:3]):
        return None
    missing = [f"AWS query-string parameters must include '{name}'." for name in QUERY if name not in asked]
    if missing:
        raise Incomplete(" ".join([*missing, "Re-examine the query-string parameters."]))
    if asked["X-Amz-Algorithm"] != ALGORITHM:
        raise Incomplete(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    expires = seconds(asked["X-Amz-Expires"])
    given = {name.removeprefix("X-Amz-"): asked[name] for name in QUERY}
    return _signature(given, given["Date"], asked.get("X-Amz-Security-Token"), expires)


def seconds(expires: str) -> int:
    """How long a URL is good. Raises Incomplete.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
    """
    if not expires.isdecimal():
        raise Incomplete("X-Amz-Expires should be a number")
    given = float(expires)  # of any length: int refuses thousands of digits
    if given > WEEK:
        raise Incomplete(f"X-Amz-Expires must be less than a week (in seconds) that is {WEEK}")
    return int(given)


def verify(signature: Signature, request: Any, service: str, region: str | None = None) -> None:
    """Raises Refused. service: its signing name. region: None for any."""
    if region not in (None, signature.region):
        raise Refused(f"Credential should be scoped to a valid region, not '{signature.region}'. ")
    if service != signature.service:
        raise Refused(f"Credential should be scoped to correct service: '{service}'. ")
    if "host" not in signature.headers:
        raise Refused("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    check_time(signature, timedelta(minutes=15) if service == "s3" else SKEW)
    secret = secret_of(signature.key, signature.region)
    _check_token(signature)
    canonical = canonical_request(signature, request)
    text = "\n".join([ALGORITHM, f"{signature.date:{FORMAT}}", signature.scope, _sha256(canonical.encode())])
    if not is_signature(signature.value, secret, signature.scope, text):
        raise Mismatch(canonical, text)


def check_time(signature: Signature, skew: timedelta) -> None:
    now, date = datetime.now(UTC), signature.date
    minutes = f"{skew // timedelta(minutes=1)} min.)"
    if date > now + skew:
        raise Outdated(
            f"Signature not yet current: {date:{FORMAT}} is still later than {now + skew:{FORMAT}} "
            f"({now:{FORMAT}} + {minutes}"
        )
    lasts = skew if signature.expires is None else timedelta(seconds=signature.expires)
    if date < now - lasts:
        raise Outdated(
            f"Signature expired: {date:{FORMAT}} is now earlier than {now - lasts:{FORMAT}} ({now:{FORMAT}} - "
            + (minutes if signature.expires is None else f"{signature.expires} sec.)")
        )


def is_signature(value: str, secret: str, scope: str, text: str) -> bool:
    """Whether it is that of a text. scope: ``20261121/us-east-1/s3/aws4_request``."""
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(value.encode(), key.hex().encode())


def canonical_request(signature: Signature, request: Any) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request"""
    path = get_raw_path(request)
    if signature.service == "s3":
        path = quote(unquote(path))
        body = request.headers[CONTENT] if CONTENT in signature.headers else "UNSIGNED-PAYLOAD"
    else:
        path = quote(normalize_url_path(path))
        body = _sha256(request.get_data(cache=True))  # forms as they came
    query = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
    pairs = sorted(tuple(quote(part, safe="") for part in pair) for pair in query if pair[0] != "X-Amz-Signature")
    # SDKs for JavaScript sign headers that they put into the query.
    others = {name.lower(): value for name, value in query}
    lines = [f"{name}:{_header(name, request.headers, others)}\n" for name in signature.headers]
    return "\n".join(
        [
            request.method,
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(signature.headers),
            body,
        ]
    )


def secret_of(key: str, region: str) -> str:
    """Raises UnknownKey for one that was issued and is not in use any more."""
    from localstack import config, constants
    from localstack.utils.aws.arns import get_partition
    from moto.iam.models import iam_backends

    if key == config.INTERNAL_RESOURCE_ACCOUNT:  # with which LocalStack signs itself
        return constants.INTERNAL_AWS_SECRET_ACCESS_KEY
    known = iam_backends[account_of(key)][get_partition(region)].access_keys.get(key)
    if known is None and not key.startswith(ISSUED):
        return ROOT
    if known is None or known.status != "Active":
        raise UnknownKey(UNKNOWN)
    secret: str = known.secret_access_key
    return secret


def _check_token(signature: Signature) -> None:
    """Raises UnknownKey for another token than a session's own, and for any with the key of a user."""
    from localstack.utils.aws.arns import get_partition
    from moto.sts.models import sts_backends

    backend = sts_backends[account_of(signature.key)][get_partition(signature.region)]
    session = backend.get_assumed_role_from_access_key(signature.key) or of_user(backend, signature.key)
    if session is None and not signature.key.startswith(ISSUED):
        return  # an account's, of which people say what they like
    if signature.token != (session and session.session_token):
        raise UnknownKey(UNKNOWN)


def _authorization(header: str) -> dict[str, str]:
    algorithm, _, rest = header.partition(" ")
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if algorithm != ALGORITHM and not rest:
        parts = [algorithm]
    digest = base64.b64encode(hashlib.sha256(header.encode()).digest()).decode()
    hashed = f"(hashed with SHA-256 and encoded with Base64): '{digest}'."
    if not all("=" in part for part in parts):
        raise Incomplete(f"Invalid key=value pair (missing equal-sign) in Authorization header {hashed}")
    given = dict(part.split("=", 1) for part in parts)
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if name not in given
    ]
    if missing or algorithm != ALGORITHM:
        raise Incomplete(" ".join([*missing, f"Authorization={hashed}"]))
    return given


def _signature(given: Mapping[str, str], date: str, token: str | None, expires: int | None = None) -> Signature:
    key, *scope = given["Credential"].split("/")
    if len(scope) != 4:
        raise Incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{given['Credential']}'"
        )
    day, region, service, end = scope
    if end != END:
        raise Refused(f"Credential should be scoped with a valid terminator: '{END}', not '{end}'. ")
    found = _moment(date)
    if day != f"{found:%Y%m%d}":
        raise Refused(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}' != '{found:%Y%m%d}', from '{found:{FORMAT}}'."
        )
    names = tuple(given["SignedHeaders"].split(";"))
    return Signature(key, region, service, found, names, token, given["Signature"], expires)


def _moment(text: str) -> datetime:
    try:
        if re.fullmatch(r"\d{8}T\d{6}Z", text):
            return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for the year 10000 in UTC
        raise Incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None


def _header(name: str, headers: Any, others: Mapping[str, str]) -> str:
    values = headers.getlist(name) or [others.get(name, "")]
    return ",".join(" ".join(value.split()) for value in values)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
