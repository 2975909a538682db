"""A private bucket behind a distribution, by way of an origin access control."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localdev.providers.cloudfront.conftest import behaviour, counted

pytestmark = pytest.mark.emulator
BUCKET = "behind-a-distribution"
S3 = {"Id": "s3", "DomainName": f"{BUCKET}.s3.us-east-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}


@pytest.fixture(scope="module")
def control(cloudfront: Any) -> str:
    config = {
        "Name": BUCKET,
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    made = cloudfront.create_origin_access_control(OriginAccessControlConfig=config)
    return str(made["OriginAccessControl"]["Id"])


@pytest.fixture(scope="module")
def bucket(client: Callable[..., Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    pages = {
        "index.html": b"home",
        "a b/gr\u00fc\u00dfe.html": b"greetings",
        "docs/index.html": b"docs",
        "old/page.html": b"old",
        "sorry.html": b"sorry",
    }
    for key, body in pages.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/html", CacheControl="max-age=60")
    return BUCKET


@pytest.fixture(scope="module")
def site(distribute: Callable[..., Any], bucket: str, control: str, allow: Callable[..., None]) -> dict[str, Any]:
    errors = counted(
        {"ErrorCode": 403, "ResponsePagePath": "/sorry.html", "ResponseCode": "404", "ErrorCachingMinTTL": 0}
    )
    origin = {**S3, "OriginAccessControlId": control}
    old = {**origin, "Id": "old", "OriginPath": "/old"}
    made: dict[str, Any] = distribute(
        origin,
        old,
        DefaultRootObject="index.html",
        CustomErrorResponses=errors,
        CacheBehaviors=counted({"PathPattern": "/p*.html", **behaviour("old")}),
    )
    allow(made["ARN"])
    return made


@pytest.fixture(scope="module")
def allow(client: Callable[..., Any], bucket: str) -> Callable[..., None]:
    """The policy that AWS's console writes, and maybe the right to list."""

    def allow(arn: str, *actions: str) -> None:
        condition = {"StringEquals": {"AWS:SourceArn": arn}}
        statement = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Condition": condition}
        statement |= {
            "Action": ["s3:GetObject", *actions],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }
        client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [statement]}))

    return allow


@pytest.mark.feature("CloudFront", "origin access control: a private bucket served, while the bucket refuses")
def test_the_distribution_serves_what_the_bucket_refuses(
    ask: Callable[..., Any], get: Callable[..., Any], site: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"""
    assert ask(f"/{BUCKET}/index.html").status == 403
    answer = get(site, "/index.html")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"home", "text/html")
    assert get(site, "/a%20b/gr%C3%BC%C3%9Fe.html").body == b"greetings"


@pytest.mark.feature("CloudFront", "origin access control: a private bucket served, while the bucket refuses")
def test_only_the_distribution_that_the_policy_names(
    distribute: Callable[..., Any],
    get: Callable[..., Any],
    site: dict[str, Any],
    control: str,
    allow: Callable[..., None],
) -> None:
    other = distribute({**S3, "OriginAccessControlId": control})
    assert (get(other, "/index.html").status, b"AccessDenied" in get(other, "/index.html").body) == (403, True)
    unsigned = distribute(S3)
    allow(unsigned["ARN"])
    assert get(unsigned, "/index.html").status == 403, "named, but it does not say who it is"
    allow(site["ARN"])


@pytest.mark.feature(
    "CloudFront",
    "addresses: by domain name, and by path for machines that resolve no names below localhost",
    partly="a name of this machine, with its port; plain HTTP",
)
def test_its_domain_name_and_its_path(
    ask: Callable[..., Any], get: Callable[..., Any], site: dict[str, Any], cloudfront: Any
) -> None:
    assert ask("/", Host=site["DomainName"]).body == b"home"
    without = get(site, "")
    assert (without.status, without.headers["Location"]) == (302, f"/_aws/cloudfront/{site['Id']}/")
    assert ask("/_aws/cloudfront/ENONE/").status == 404
    listed = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert site["DomainName"] in [each["DomainName"] for each in listed]


@pytest.mark.feature("CloudFront", "default root object")
def test_the_root_object_is_that_of_the_root_alone(get: Callable[..., Any], site: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html"""
    assert get(site, "/").body == b"home"
    assert get(site, "/docs/").status == 404


@pytest.mark.feature("CloudFront", "custom error responses")
def test_error_pages(get: Callable[..., Any], site: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html"""
    answer = get(site, "/none")
    assert (answer.status, answer.body, answer.headers["X-Cache"]) == (404, b"sorry", "Error from cloudfront")


@pytest.mark.feature("CloudFront", "custom error responses")
def test_a_missing_object_is_hidden_unless_it_may_list(
    get: Callable[..., Any],
    site: dict[str, Any],
    allow: Callable[..., None],
    distribute: Callable[..., Any],
    control: str,
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: 403, or 404 with the right to list."""
    plain = distribute({**S3, "OriginAccessControlId": control})
    allow(plain["ARN"])
    assert b"<Code>AccessDenied</Code>" in get(plain, "/none").body
    allow(plain["ARN"], "s3:ListBucket")
    missing = get(plain, "/none")
    assert (missing.status, b"<Code>NoSuchKey</Code>" in missing.body) == (404, True)
    allow(site["ARN"])


@pytest.mark.feature("CloudFront", "custom error responses")
def test_objects_that_a_distribution_cannot_read(
    get: Callable[..., Any], site: dict[str, Any], client: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: archived, or with a key of the customer's."""
    s3 = client("s3")
    s3.put_object(Bucket=BUCKET, Key="archived", StorageClass="GLACIER")
    s3.put_object(Bucket=BUCKET, Key="sealed", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)
    archived, sealed = get(site, "/archived"), get(site, "/sealed")
    assert (archived.status, archived.body) == (404, b"sorry"), "which stands for 403"
    assert (sealed.status, b"<Code>InvalidRequest</Code>" in sealed.body) == (400, True)


@pytest.mark.feature("CloudFront", "behaviours by path pattern, origin paths")
def test_the_first_pattern_that_fits_decides(get: Callable[..., Any], site: dict[str, Any]) -> None:
    assert get(site, "/page.html").body == b"old"
    assert get(site, "/old/page.html").body == b"old"
    assert get(site, "/docs/p.html").status == 404


@pytest.mark.feature("CloudFront", "conditional requests, ranges, HEAD")
def test_conditions_ranges_and_head(get: Callable[..., Any], site: dict[str, Any]) -> None:
    for _ in ("missed", "hit"):
        got = get(site, "/docs/index.html")
        head = get(site, "/docs/index.html", "HEAD")
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "4")
        fresh = get(site, "/docs/index.html", If_None_Match=got.headers["ETag"])
        assert (fresh.status, fresh.body) == (304, b"")
        part = get(site, "/docs/index.html", Range="bytes=1-2")
        assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"oc", "bytes 1-2/4")
        assert get(site, "/docs/index.html", Range="bytes=9-").status == 416


@pytest.mark.feature("CloudFront", "invalidations")
def test_what_is_invalidated_is_asked_for_again(
    client: Callable[..., Any], cloudfront: Any, get: Callable[..., Any], site: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html"""
    keys = ("one/a b.txt", "one/b.txt", "two/c.txt")

    def put(body: bytes) -> None:
        for key in keys:
            client("s3").put_object(Bucket=BUCKET, Key=key, Body=body, CacheControl="max-age=600")

    def bodies() -> list[bytes]:
        return [get(site, f"/{key.replace(' ', '%20')}").body for key in keys]

    def invalidate(reference: str, *paths: str) -> Any:
        batch = {"Paths": counted(*paths), "CallerReference": reference}
        return cloudfront.create_invalidation(DistributionId=site["Id"], InvalidationBatch=batch)["Invalidation"]

    put(b"1")
    assert bodies() == [b"1", b"1", b"1"]
    put(b"2")
    assert bodies() == [b"1", b"1", b"1"]
    done = invalidate("first", "/one/a%20b.txt", "/one/b")
    assert done["Status"] == "Completed"
    assert bodies() == [b"2", b"1", b"1"]
    put(b"3")
    assert invalidate("first", "/one/a%20b.txt", "/one/b")["Id"] == done["Id"], "the same again is not done again"
    assert bodies() == [b"2", b"1", b"1"]
    invalidate("second", "/one/*")
    assert bodies() == [b"3", b"3", b"1"]
    with pytest.raises(cloudfront.exceptions.InvalidArgument, match="invalid invalidation paths"):
        invalidate("third", "one/b.txt")
    found = cloudfront.list_invalidations(DistributionId=site["Id"])["InvalidationList"]
    assert (found["Quantity"], found["Items"][1]["Id"]) == (2, done["Id"])
    assert cloudfront.get_invalidation(DistributionId=site["Id"], Id=done["Id"])["Invalidation"] == done
