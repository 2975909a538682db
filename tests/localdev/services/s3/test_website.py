"""Static websites, by the name of the host and by path: both answer alike."""

from __future__ import annotations

import gzip
import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytestmark = pytest.mark.emulator
BUCKET = "pages-of-a-site"
PREFIX = f"/_aws/s3-website/{BUCKET}"
HOST = f"{BUCKET}.s3-website.localhost"
RULES = [
    {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}},
    {
        "Condition": {"KeyPrefixEquals": "away/"},
        "Redirect": {"HostName": "example.org", "Protocol": "https", "HttpRedirectCode": "302"},
    },
    {
        "Condition": {"KeyPrefixEquals": "app/", "HttpErrorCodeReturnedEquals": "404"},
        "Redirect": {"ReplaceKeyWith": "app.html"},
    },
]


@pytest.fixture(scope="module", autouse=True)
def site(client: Callable[..., Any], publish: Callable[..., None]) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": RULES}
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=website)
    publish(BUCKET)
    put = {
        "index.html": b"home",
        "docs/index.html": b"docs",
        "a b/gr\u00fc\u00dfe & co.html": b"greetings",
        "error.html": b"sorry",
    }
    for key, body in put.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/html", CacheControl="no-cache")


@dataclass(frozen=True)
class Visitor:
    """``base``: what comes before the path in the site's addresses; nothing if its host is named."""

    ask: Callable[..., Any]
    base: str

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Any:
        return self.ask(self.base + path, method, **(headers if self.base else {"Host": HOST, **headers}))


@pytest.fixture(params=["host", "path"])
def visit(request: pytest.FixtureRequest, ask: Callable[..., Any]) -> Visitor:
    """``visit("/page")``: the site by either kind of address."""
    return Visitor(ask, "") if request.param == "host" else Visitor(ask, PREFIX)


@pytest.mark.feature(
    "S3 websites",
    "a path-style address, for machines that resolve no names below localhost",
    partly="no such address on AWS; links that begin with a slash lead out of the site",
)
def test_an_address_by_path(ask: Callable[..., Any], client: Callable[..., Any]) -> None:
    """Without its last slash the relative links of a page would lead out of the site, too. No page is rewritten."""
    answer = ask(PREFIX)
    assert (answer.status, answer.headers["Location"]) == (302, f"{PREFIX}/")
    linking = b'<a href="/docs/">docs</a>'
    client("s3").put_object(Bucket=BUCKET, Key="linking.html", Body=linking)
    assert ask(f"{PREFIX}/linking.html").body == linking
    assert ask("/docs/").status == 404


@pytest.mark.feature("S3 websites", "index documents")
def test_the_index_document_of_each_folder(visit: Visitor) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html"""
    assert visit("/").body == b"home"
    assert visit("/docs/").body == b"docs"
    folder = visit("/docs")
    assert (folder.status, folder.headers["Location"]) == (302, f"{visit.base}/docs/")


@pytest.mark.feature("S3 websites", "names with spaces and letters beyond ASCII")
def test_names_are_decoded(visit: Visitor) -> None:
    assert visit("/a%20b/gr%C3%BC%C3%9Fe%20%26%20co.html").body == b"greetings"
    assert visit("/a%2520b/gr%C3%BC%C3%9Fe%20%26%20co.html").status == 404, "decoded once"


@pytest.mark.feature("S3 websites", "headers as stored, HEAD, conditional requests, ranges")
def test_headers_as_they_were_stored(visit: Visitor, client: Callable[..., Any]) -> None:
    about = {
        "ContentType": "text/css",
        "CacheControl": "max-age=60",
        "ContentEncoding": "gzip",
        "ContentLanguage": "de",
        "Metadata": {"who": "me"},
    }
    client("s3").put_object(Bucket=BUCKET, Key="style.css", Body=gzip.compress(b"p {}"), **about)
    answer = visit("/style.css")
    assert gzip.decompress(answer.body) == b"p {}"
    stored = client("s3").head_object(Bucket=BUCKET, Key="style.css")["ResponseMetadata"]["HTTPHeaders"]
    for name in (
        "content-type",
        "cache-control",
        "content-encoding",
        "content-language",
        "x-amz-meta-who",
        "etag",
        "last-modified",
        "content-length",
    ):
        assert answer.headers[name] == stored[name], name


@pytest.mark.feature("S3 websites", "headers as stored, HEAD, conditional requests, ranges")
def test_head_conditions_and_ranges(visit: Visitor) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html"""
    got, head = visit("/"), visit("/", "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "4")
    assert visit("/none", "HEAD").status == 404
    etag, changed = got.headers["ETag"], got.headers["Last-Modified"]
    for condition in ({"If_None_Match": etag}, {"If_Modified_Since": changed}):
        fresh = visit("/", **condition)
        assert (fresh.status, fresh.body, fresh.headers["ETag"], fresh.headers["Cache-Control"]) == (
            304,
            b"",
            etag,
            "no-cache",
        )
    assert visit("/", If_None_Match='"other"').body == b"home"
    assert visit("/", If_Modified_Since="yesterday").body == b"home"
    assert visit("/", If_Match='"other"').status == 412
    part = visit("/", Range="bytes=1-2")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"om", "bytes 1-2/4")
    assert visit("/", Range="bytes=9-").status == 416


@pytest.mark.feature("S3 websites", "error documents")
def test_the_error_document(visit: Visitor) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html"""
    answer = visit("/none", If_None_Match=visit("/error.html").headers["ETag"])
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (404, b"sorry", "text/html")


@pytest.mark.feature("S3 websites", "redirects: rules, of single objects, of everything")
def test_routing_rules(visit: Visitor, client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html"""
    moved = visit("/old/a%20b?c=d")
    assert (moved.status, moved.headers["Location"].removeprefix("http://").partition("/")[2]) == (
        301,
        f"{visit.base}/new/a%20b?c=d".removeprefix("/"),
    )
    away = visit("/away/x")
    assert (away.status, away.headers["Location"]) == (302, "https://example.org/away/x")
    routed = visit("/app/any/thing")
    assert (routed.status, routed.headers["Location"].endswith(f"{visit.base}/app.html")) == (301, True)
    client("s3").put_object(Bucket=BUCKET, Key="app/there", Body=b"there")
    assert visit("/app/there").body == b"there"


@pytest.mark.feature("S3 websites", "redirects: rules, of single objects, of everything")
def test_an_object_that_redirects(visit: Visitor, client: Callable[..., Any]) -> None:
    for key, target in (("here", "/docs/"), ("there", "https://example.org/")):
        client("s3").put_object(Bucket=BUCKET, Key=key, WebsiteRedirectLocation=target)
    assert (visit("/here").status, visit("/here").headers["Location"]) == (301, f"{visit.base}/docs/")
    assert visit("/there").headers["Location"] == "https://example.org/"


@pytest.fixture
def other(client: Callable[..., Any], publish: Callable[..., None]) -> Iterator[str]:
    """A public bucket that is no website."""
    s3, bucket = client("s3"), "no-site-yet"
    s3.create_bucket(Bucket=bucket)
    publish(bucket)
    yield bucket
    s3.delete_bucket(Bucket=bucket)


@pytest.mark.feature("S3 websites", "redirects: rules, of single objects, of everything")
def test_everything_is_redirected(ask: Callable[..., Any], client: Callable[..., Any], other: str) -> None:
    everything = {"RedirectAllRequestsTo": {"HostName": "www.example.org", "Protocol": "https"}}
    client("s3").put_bucket_website(Bucket=other, WebsiteConfiguration=everything)
    for answer in (ask(f"/_aws/s3-website/{other}/a/b?c=d"), ask("/a/b?c=d", Host=f"{other}.s3-website.localhost")):
        assert (answer.status, answer.headers["Location"]) == (301, "https://www.example.org/a/b?c=d")


@pytest.mark.feature("S3 websites", "errors as pages: no bucket, no website, not public, no such method")
def test_errors_are_pages(ask: Callable[..., Any], client: Callable[..., Any], other: str, visit: Visitor) -> None:
    def error(answer: Any) -> tuple[int, str, str]:
        text = answer.body.decode()
        title = text.partition("<h1>")[2].partition("</h1>")[0]
        return answer.status, title, text.partition("<li>Code: ")[2].partition("</li>")[0]

    assert error(ask("/_aws/s3-website/nobodys-bucket/")) == (404, "404 Not Found", "NoSuchBucket")
    assert error(ask(f"/_aws/s3-website/{other}/")) == (404, "404 Not Found", "NoSuchWebsiteConfiguration")
    assert error(visit("/", "POST")) == (405, "405 Method Not Allowed", "MethodNotAllowed")
    client("s3").put_bucket_website(Bucket=other, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    key = "<b>bold</b>"
    missing = ask(f"/_aws/s3-website/{other}/%3Cb%3Ebold%3C/b%3E")
    assert error(missing) == (404, "404 Not Found", "NoSuchKey")
    assert f"<li>Key: {html.escape(key)}</li>" in missing.body.decode()
    client("s3").delete_bucket_policy(Bucket=other)
    assert error(ask(f"/_aws/s3-website/{other}/")) == (403, "403 Forbidden", "AccessDenied")
    client("s3").put_bucket_website(
        Bucket=other,
        WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "sorry.html"}},
    )
    twice = ask(f"/_aws/s3-website/{other}/")
    assert error(twice) == (403, "403 Forbidden", "AccessDenied")
    assert b"An Error Occurred While Attempting to Retrieve a Custom Error Document" in twice.body


@pytest.mark.feature("S3 websites", "errors as pages: no bucket, no website, not public, no such method")
def test_objects_that_a_website_cannot_read(visit: Visitor, client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: archived, or with a key of the customer's."""
    s3 = client("s3")
    s3.put_object(Bucket=BUCKET, Key="archived", StorageClass="GLACIER")
    s3.put_object(Bucket=BUCKET, Key="sealed", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)
    archived, sealed = visit("/archived"), visit("/sealed")
    assert (archived.status, archived.body) == (403, b"sorry")
    assert archived.headers["x-amz-error-code"] == "InvalidObjectState"
    assert (sealed.status, b"<li>Code: InvalidRequest</li>" in sealed.body) == (400, True)
    head = visit("/sealed", "HEAD")
    assert (head.status, head.headers["x-amz-error-code"]) == (400, "InvalidRequest")
