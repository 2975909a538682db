"""CORS as the bucket has it, and nothing more.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localdev.emulator import Emulator

RULES: list[dict[str, Any]] = [
    {
        "AllowedOrigins": ["https://shop.example", "https://*.shop.example"],
        "AllowedMethods": ["PUT", "GET"],
        "AllowedHeaders": ["Content-Type", "x-amz-*"],
        "ExposeHeaders": ["ETag", "x-amz-version-id"],
        "MaxAgeSeconds": 600,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]},
]
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@pytest.fixture(scope="module")
def path(client: Callable[..., Any], bucket: Callable[..., str], publish: Callable[..., None]) -> str:
    """Of an object in a bucket with rules."""
    name = bucket()
    publish(name, "s3:GetObject", "s3:ListBucket")
    client("s3").put_object(Bucket=name, Key="key", Body=b"content")
    client("s3").put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": RULES})
    return f"/{name}/key"


def cors_of(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control")}


@pytest.fixture
def preflight(send: Callable[..., Any]) -> Callable[..., Any]:
    def preflight(path: str, origin: str, method: str, headers: str | None = None) -> Any:
        asked = {"Access_Control_Request_Headers": headers} if headers else {}
        return send("OPTIONS", path, Origin=origin, Access_Control_Request_Method=method, **asked)

    return preflight


@pytest.mark.feature("S3", "CORS: preflight requests")
class TestPreflight:
    def test_what_a_rule_allows(self, preflight: Callable[..., Any], path: str) -> None:
        answer = preflight(path, "https://shop.example", "PUT", "content-type, X-Amz-Meta-Name")
        assert (answer.status, answer.text) == (200, "")
        assert cors_of(answer) == {
            "Access-Control-Allow-Origin": "https://shop.example",
            "Access-Control-Allow-Methods": "PUT, GET",
            "Access-Control-Allow-Headers": "content-type, x-amz-meta-name",
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": "ETag, x-amz-version-id",
            "Access-Control-Max-Age": "600",
        }
        assert answer.headers["Vary"] == VARY

    def test_origins_by_wildcard(self, preflight: Callable[..., Any], path: str) -> None:
        answer = preflight(path, "https://eu.shop.example", "GET")
        assert answer.headers["Access-Control-Allow-Origin"] == "https://eu.shop.example"
        assert preflight(path, "https://eu.shop.example.org", "GET").status == 403

    def test_any_origin_is_told_so_and_gets_no_credentials(self, preflight: Callable[..., Any], path: str) -> None:
        allowed = cors_of(preflight(path, "https://elsewhere.example", "HEAD"))
        assert allowed == {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "HEAD"}

    @pytest.mark.parametrize(
        ("origin", "method", "headers"),
        [
            ("https://elsewhere.example", "PUT", None),
            ("http://shop.example", "PUT", None),  # the scheme is part of it
            ("https://shop.example", "DELETE", None),
            ("https://shop.example", "PUT", "authorization"),
            ("https://elsewhere.example", "HEAD", "x-amz-date"),  # a rule that allows no header
        ],
    )
    def test_what_no_rule_allows(
        self, preflight: Callable[..., Any], path: str, origin: str, method: str, headers: str | None
    ) -> None:
        answer = preflight(path, origin, method, headers)
        assert (answer.status, cors_of(answer)) == (403, {})
        assert "<Code>AccessForbidden</Code>" in answer.text

    def test_what_is_no_preflight(self, send: Callable[..., Any], path: str) -> None:
        assert send("OPTIONS", path).status == 400


@pytest.mark.feature("S3", "CORS: headers of answers to other origins")
class TestRequests:
    def test_a_page_may_read_what_a_rule_allows(self, send: Callable[..., Any], path: str) -> None:
        answer = send("GET", path, Origin="https://shop.example")
        assert (answer.status, answer.text) == (200, "content")
        assert cors_of(answer) == {
            "Access-Control-Allow-Origin": "https://shop.example",
            "Access-Control-Allow-Methods": "PUT, GET",
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": "ETag, x-amz-version-id",
            "Access-Control-Max-Age": "600",
        }
        assert answer.headers["Vary"] == VARY

    def test_errors_can_be_read_too(self, send: Callable[..., Any], path: str) -> None:
        answer = send("GET", f"{path}-not", Origin="https://shop.example")
        assert answer.status == 404
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"

    def test_another_page_gets_an_answer_that_its_browser_hides(self, send: Callable[..., Any], path: str) -> None:
        answer = send("GET", path, Origin="https://elsewhere.example")
        assert (answer.status, cors_of(answer)) == (200, {})

    def test_without_an_origin_nothing_is_said(self, send: Callable[..., Any], path: str) -> None:
        assert cors_of(send("GET", path)) == {}


@pytest.mark.feature("S3", "CORS: none where none is configured")
@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:{port}", "http://localhost:{port}", "https://app.localstack.cloud"]
)
def test_no_page_may_read_a_bucket_without_rules(
    emulator: Emulator,
    send: Callable[..., Any],
    preflight: Callable[..., Any],
    bucket: Callable[..., str],
    origin: str,
) -> None:
    """Not even one of the emulator's own, which LocalStack lets read everything."""
    name, origin = bucket(), origin.format(port=emulator.port)
    assert cors_of(send("GET", f"/{name}", Origin=origin)) == {}
    refused = preflight(f"/{name}/key", origin, "GET")
    assert (refused.status, cors_of(refused)) == (403, {})
    assert "CORS is not enabled for this bucket" in refused.text


def test_rules_can_be_changed_and_removed(
    client: Callable[..., Any], preflight: Callable[..., Any], bucket: Callable[..., str]
) -> None:
    name = bucket()
    rules = {"CORSRules": [{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]}
    client("s3").put_bucket_cors(Bucket=name, CORSConfiguration=rules)
    assert preflight(f"/{name}", "https://a.example", "GET").status == 200
    rules["CORSRules"][0]["AllowedOrigins"] = ["https://b.example"]
    client("s3").put_bucket_cors(Bucket=name, CORSConfiguration=rules)
    assert preflight(f"/{name}", "https://a.example", "GET").status == 403
    client("s3").delete_bucket_cors(Bucket=name)
    assert preflight(f"/{name}", "https://b.example", "GET").status == 403
