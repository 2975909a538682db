"""What goes over the wire is what S3 wants: judged by AWS's published algorithm and by botocore's own S3 client."""

import contextlib
import hashlib
import hmac
import re
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import botocore.session
import pytest
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.functions.qr.puts import BODY, SECRETS, answer, put, replying


def put_by_botocore(monkeypatch, key):
    """The request that botocore's S3 client sends for the same object, in the environment as it is."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    s3 = {"us_east_1_regional_endpoint": "regional", "payload_signing_enabled": True}
    # By default it would send a checksum and leave the body unsigned.
    config = Config(request_checksum_calculation="when_required", s3=s3)
    client = botocore.session.Session().create_client("s3", config=config)
    requests = []
    client.meta.events.register("before-send.s3", lambda request, **_: requests.append(request) or answer(request))
    client.put_object(Bucket="codes", Key=key, Body=BODY, ContentType="image/png", CacheControl="max-age=3")
    return requests[0]


def authorization(method, path, headers, body, region, access_key, secret_key):
    """AWS Signature Version 4 for S3 as its manual tells it, without the help of botocore."""
    headers = {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    request = "\n".join([method, path, "", *lines, "", names, hashlib.sha256(body).hexdigest()])
    stamp = headers["x-amz-date"]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={key.hex()}"


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def test_the_judge_finds_the_signature_of_the_manuals_example():
    """Amazon S3 API reference, "Examples: Signature Calculations", PUT Object."""
    body = b"Welcome to Amazon S3."
    headers = {
        "Date": "Fri, 24 May 2013 00:00:00 GMT",
        "Host": "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    keys = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    found = authorization("PUT", "/test%24file.text", headers, body, "us-east-1", *keys)
    assert found.endswith("=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")


@pytest.mark.parametrize(
    ("environment", "base"),
    [
        ({"region": "us-east-1"}, "https://codes.s3.us-east-1.amazonaws.com"),
        ({"region": "eu-west-1"}, "https://codes.s3.eu-west-1.amazonaws.com"),
        ({"region": "us-gov-west-1"}, "https://codes.s3.us-gov-west-1.amazonaws.com"),
        ({"region": "cn-north-1"}, "https://codes.s3.cn-north-1.amazonaws.com.cn"),
        ({"region": "eusc-de-east-1"}, "https://codes.s3.eusc-de-east-1.amazonaws.eu"),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566"}, "http://localhost:4566/codes"),
        ({"AWS_ENDPOINT_URL": "http://s3.localhost:4566/"}, "http://s3.localhost:4566/codes"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/codes"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_S3": "http://b:2"}, "http://b:2/codes"),
    ],
)
@pytest.mark.parametrize("key", ["qr_1.png", "a b/ü+~%2F?.png"])
def test_the_request_is_the_one_of_botocores_client(start, monkeypatch, environment, base, key):
    storage = start(**environment)
    requests = replying(storage, (200, b""))
    now = datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)
    for module in ("botocore.auth", "botocore.crt.auth"):  # the client signs by AWS's C library, if installed as here
        monkeypatch.setattr(f"{module}.get_current_datetime", lambda **_: now)
    put(storage, key)
    theirs, (ours,) = put_by_botocore(monkeypatch, key), requests
    assert (ours.method, ours.url) == (theirs.method, theirs.url)
    assert ours.url == storage.object_url("codes", key)
    assert ours.url.startswith(base + "/")
    assert ours.body == BODY
    names = ["Content-Type", "Cache-Control", "Content-Length"]
    names += ["X-Amz-Date", "X-Amz-Content-SHA256", "X-Amz-Security-Token", "Authorization"]
    assert {name: text(ours.headers[name]) for name in names} == {name: text(theirs.headers[name]) for name in names}


def test_without_a_session_token_none_is_sent(start, monkeypatch):
    monkeypatch.delitem(SECRETS, "AWS_SESSION_TOKEN")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    storage = start()
    requests = replying(storage, (200, b""))
    put(storage)
    assert "X-Amz-Security-Token" not in requests[0].headers


@contextlib.contextmanager
def serving(tls=None):
    """A server on this machine as (port, puts): what really arrives of a PUT, as (path, headers, body)."""
    puts = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            puts.append((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port, puts
        finally:
            server.shutdown()
            thread.join()


def test_s3_finds_the_signature_right(start):
    with serving() as (port, puts):
        storage = start("ap-southeast-2", AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
        put(storage)
        storage.http.close()
    ((path, headers, body),) = puts
    assert (path, body) == ("/codes/qr_1.png", BODY)
    assert headers["X-Amz-Security-Token"] == SECRETS["AWS_SESSION_TOKEN"]
    assert headers["X-Amz-Content-SHA256"] == hashlib.sha256(BODY).hexdigest()
    sent = datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)
    names = re.search("SignedHeaders=([^,]*)", headers["Authorization"])[1].split(";")
    assert {"host", "content-type", "cache-control", "x-amz-security-token", "x-amz-content-sha256"} <= {*names}
    signed = {name: headers[name] for name in names}
    keys = SECRETS["AWS_ACCESS_KEY_ID"], SECRETS["AWS_SECRET_ACCESS_KEY"]
    assert headers["Authorization"] == authorization("PUT", path, signed, body, "ap-southeast-2", *keys)


@pytest.fixture
def stranger(tmp_path):
    """TLS for a server with a certificate for 127.0.0.1 that nobody vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(private + certificate.public_bytes(pem))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "both.pem")
    return tls


def test_a_server_without_a_trusted_certificate_gets_nothing(start, stranger, pauses):
    with serving(stranger) as (port, puts):
        storage = start(AWS_ENDPOINT_URL=f"https://127.0.0.1:{port}")
        with pytest.raises(storage.StorageError, match="SSL validation failed"):
            put(storage)
        storage.http.close()
    assert not puts


def test_a_silent_server_is_not_waited_for_long(start):
    """The pauses and three of these are within the function's 30 s: test_app adds them up."""
    timeout = start().http._timeout
    assert (timeout.connect_timeout, timeout.read_timeout) == (2, 5)
