"""What is kept, for how long, and for whom; and what a server gets to see of a viewer."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.cloudfront.conftest import DISABLED, behaviour, counted, custom

pytestmark = pytest.mark.emulator
METHODS = {
    **counted("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"),
    "CachedMethods": counted("GET", "HEAD"),
}
ALL_VIEWER_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def by_values(*, queries: bool = True, headers: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A behaviour as they were before there were policies."""
    cookies = {"Forward": "whitelist", "WhitelistedNames": counted("session")}
    values = {"QueryString": queries, "Cookies": cookies, "Headers": counted(*headers)}
    return behaviour("echo", None, ForwardedValues=values, AllowedMethods=METHODS, **more)


@pytest.fixture(scope="module")
def server(distribute: Callable[..., Any], echo: dict[str, Any]) -> dict[str, Any]:
    headers = counted({"HeaderName": "X-From", "HeaderValue": "the edge"})
    behaviours = [
        {"PathPattern": "/optimized/*", **behaviour("echo")},
        {
            "PathPattern": "/never/*",
            **behaviour("echo", DISABLED, OriginRequestPolicyId=ALL_VIEWER_BUT_HOST, AllowedMethods=METHODS),
        },
        {"PathPattern": "/long/*", **by_values(MinTTL=100, DefaultTTL=100, MaxTTL=200)},
        {"PathPattern": "/unqueried/*", **by_values(queries=False)},
        {"PathPattern": "/short/*", **by_values(DefaultTTL=0)},
        {"PathPattern": "/zipped/*", **by_values(Compress=True)},
    ]
    made: dict[str, Any] = distribute(
        {**echo, "CustomHeaders": headers},
        DefaultCacheBehavior=by_values(headers=("Accept-Language",)),
        CacheBehaviors=counted(*behaviours),
        CustomErrorResponses=counted({"ErrorCode": 500, "ErrorCachingMinTTL": 0}),
    )
    return made


@pytest.fixture
def cached(get: Callable[..., Any], server: dict[str, Any]) -> Callable[..., bool]:
    """Whether the second of two requests was answered without asking the server."""

    def cached(path: str, second: str | None = None, first_headers: Any = None, **headers: str) -> bool:
        one, other = get(server, path, **(first_headers or {})), get(server, second or path, **headers)
        assert one.headers["X-Cache"] in ("Miss from cloudfront", "Error from cloudfront"), path
        same = json.loads(one.body)["number"] == json.loads(other.body)["number"]
        if one.status == 200:
            assert other.headers["X-Cache"] == f"{'Hit' if same else 'Miss'} from cloudfront"
            assert ("Age" in other.headers) == same
        return same

    return cached


@pytest.mark.feature("CloudFront", "cache headers: X-Cache, Age, Via, X-Amz-Cf-Id")
def test_the_headers_tell_where_an_answer_comes_from(get: Callable[..., Any], server: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html"""
    first, second = get(server, "/told"), get(server, "/told")
    assert (first.headers["X-Cache"], first.headers["Age"]) == ("Miss from cloudfront", None)
    assert second.headers["X-Cache"] == "Hit from cloudfront"
    assert int(second.headers["Age"]) >= 0
    assert second.headers["Via"].endswith("(CloudFront)")
    assert first.headers["X-Amz-Cf-Id"] != second.headers["X-Amz-Cf-Id"]


@pytest.mark.feature("CloudFront", "how long answers are kept: Cache-Control, minimum, default and maximum")
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/default", True),
        ("/said?cache-control=max-age%3D60", True),
        ("/said?cache-control=no-store", False),
        ("/said?cache-control=private", False),
        ("/said?cache-control=max-age%3D0", False),
        ("/said?cache-control=max-age%3D60,s-maxage%3D0", False),
        ("/said?cache-control=max-age%3D0,s-maxage%3D60", True),
        ("/long/a?cache-control=no-store", True),
        ("/short/a", False),
        ("/short/a?cache-control=max-age%3D60", True),
        ("/never/a?cache-control=max-age%3D60", False),
        ("/optimized/a", True),
        ("/failed?status=403", False),
        ("/failed?status=403&cache-control=max-age%3D60", True),
        ("/failed?status=500", False),
    ],
)
def test_how_long(cached: Callable[..., bool], path: str, kept: bool) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html, and for errors
    .../HTTPStatusCodes.html; one of 500 is configured not to be kept.
    """
    assert cached(path) == kept


@pytest.mark.feature("CloudFront", "how long answers are kept: Cache-Control, minimum, default and maximum")
def test_an_error_is_kept_for_ten_seconds(cached: Callable[..., bool], until: Callable[..., Any]) -> None:
    """Which a busy machine may need between two requests."""
    until(lambda: cached("/failed?status=404"))


@pytest.mark.feature("CloudFront", "how long answers are kept: Cache-Control, minimum, default and maximum")
def test_then_it_is_asked_for_again(get: Callable[..., Any], server: dict[str, Any], until: Callable[..., Any]) -> None:
    path = "/brief?cache-control=max-age%3D1"
    get(server, path)
    until(lambda: get(server, path).headers["X-Cache"] == "Miss from cloudfront")


@pytest.mark.feature("CloudFront", "the cache key: queries, headers and cookies as configured")
@pytest.mark.parametrize(
    ("path", "second", "first_headers", "headers", "same"),
    [
        ("/k1?a=1", "/k1?a=2", {}, {}, False),
        ("/unqueried/k2?a=1", "/unqueried/k2?a=2", {}, {}, True),
        ("/optimized/k3?a=1", "/optimized/k3?a=2", {}, {}, True),
        ("/k4", "/k4", {"Accept_Language": "de"}, {"Accept_Language": "en"}, False),
        ("/k5", "/k5", {"X_Other": "de"}, {"X_Other": "en"}, True),
        ("/k6", "/k6", {"Cookie": "session=1"}, {"Cookie": "session=2"}, False),
        ("/k7", "/k7", {"Cookie": "other=1"}, {"Cookie": "other=2"}, True),
    ],
)
def test_what_makes_two_requests_the_same(
    cached: Callable[..., bool], path: str, second: str, first_headers: Any, headers: Any, same: bool
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html"""
    assert cached(path, second, first_headers, **headers) == same


@pytest.mark.feature(
    "CloudFront",
    "custom origins: paths, headers, queries and cookies passed on",
    partly="servers on this machine only, over plain HTTP",
)
def test_what_the_server_sees(get: Callable[..., Any], server: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html"""
    given = {"Cookie": "session=1; other=2", "Accept_Language": "de", "X_Secret": "mine", "Authorization": "me"}
    seen = json.loads(get(server, "/seen%20it?a=b%20c&d", **given).body)
    assert seen["path"] == "/base/seen%20it?a=b%20c&d"
    headers = seen["headers"]
    assert {
        name: headers.get(name)
        for name in ("cookie", "accept-language", "x-from", "user-agent", "x-secret", "authorization")
    } == {
        "cookie": "session=1",
        "accept-language": "de",
        "x-from": "the edge",
        "user-agent": "Amazon CloudFront",
        "x-secret": None,
        "authorization": None,
    }
    assert headers["host"].startswith("localhost:")
    seen = json.loads(get(server, "/never/seen?a=b", **given).body)
    assert seen["path"] == "/base/never/seen?a=b"
    assert (seen["headers"]["x-secret"], seen["headers"]["cookie"]) == ("mine", "session=1; other=2")
    assert seen["headers"]["host"].startswith("localhost:")


@pytest.mark.feature("CloudFront", "allowed methods")
def test_methods(get: Callable[..., Any], server: dict[str, Any]) -> None:
    posted = get(server, "/posted", "POST", b'{"a": 1}', Content_Type="application/json")
    seen = json.loads(posted.body)
    assert (seen["method"], seen["body"], seen["headers"]["content-type"]) == ("POST", '{"a": 1}', "application/json")
    refused = get(server, "/optimized/posted", "POST", b"{}")
    assert (refused.status, b"not configured to allow the HTTP request method" in refused.body) == (403, True)


@pytest.mark.feature("CloudFront", "compression", partly="gzip, no Brotli")
def test_answers_are_compressed(get: Callable[..., Any], server: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html"""
    path = "/zipped/a?size=5000&etag=%22e%22"
    for _ in ("missed", "hit"):
        answer = get(server, path, Accept_Encoding="gzip, br")
        assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == ("gzip", 'W/"e"')
        assert len(json.loads(gzip.decompress(answer.body))["filling"]) == 5000
        plain = get(server, path)
        assert (plain.headers["Content-Encoding"], plain.headers["ETag"]) == (None, '"e"')
        assert len(json.loads(plain.body)["filling"]) == 5000
    assert get(server, "/zipped/b", Accept_Encoding="gzip").headers["Content-Encoding"] is None, "under 1,000 bytes"


@pytest.mark.feature("CloudFront", "an API Gateway, or a website, as the origin")
def test_an_api_as_the_origin(
    client: Callable[..., Any], distribute: Callable[..., Any], get: Callable[..., Any], emulator: Any
) -> None:
    """Both by the name that AWS gives it, and by its path on this machine."""
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="behind-a-distribution")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(
        **where, statusCode="200", responseTemplates={"application/json": '{"from": "api"}'}
    )
    gateway.create_deployment(restApiId=api, stageName="live")
    by_name = custom("name", f"{api}.execute-api.us-east-1.amazonaws.com", 80, OriginPath="/live")
    by_path = custom("path", "127.0.0.1", emulator.port, OriginPath=f"/_aws/execute-api/{api}/live")
    for origin in (by_name, by_path):
        made = distribute(origin, DefaultCacheBehavior=behaviour(origin["Id"], DISABLED))
        assert json.loads(get(made, "/").body) == {"from": "api"}, origin


@pytest.mark.feature("CloudFront", "an API Gateway, or a website, as the origin")
def test_a_website_as_the_origin(
    client: Callable[..., Any], publish: Callable[..., None], distribute: Callable[..., Any], get: Callable[..., Any]
) -> None:
    s3, bucket = client("s3"), "website-behind-a-distribution"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_object(Bucket=bucket, Key="docs/index.html", Body=b"docs")
    publish(bucket)
    made = distribute(custom("website", f"{bucket}.s3-website-us-east-1.amazonaws.com", 80))
    assert get(made, "/docs/").body == b"docs"


@pytest.mark.feature("CloudFront", "origins elsewhere", lacking="502, with the reason: nothing leaves this machine")
def test_an_origin_elsewhere_is_not_asked(distribute: Callable[..., Any], get: Callable[..., Any]) -> None:
    answer = get(distribute(custom("far", "example.org", 80)), "/")
    assert (answer.status, b"the origin example.org is not on this machine" in answer.body) == (502, True)


@pytest.mark.feature("CloudFront", "origins that do not answer")
def test_an_origin_that_does_not_answer(
    distribute: Callable[..., Any], get: Callable[..., Any], closed_port: int
) -> None:
    answer = get(distribute(custom("gone", "localhost", closed_port)), "/")
    assert (answer.status, answer.headers["X-Cache"]) == (502, "Error from cloudfront")
