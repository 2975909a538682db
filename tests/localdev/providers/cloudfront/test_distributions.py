"""Distributions as AWS's API shows, changes and deletes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.localdev.providers.cloudfront.conftest import DISABLED, OPTIMIZED, behaviour, counted, custom

pytestmark = pytest.mark.emulator
OTHERS = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "any"}
ORIGIN = custom("there", "localhost", 80)
BUCKET = {"Id": "there", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
VALUES = {"QueryString": True, "Cookies": {"Forward": "none"}}
EDGE = {"EventType": "viewer-request", "LambdaFunctionARN": "arn:aws:lambda:us-east-1:000000000000:function:edge:1"}
FUNCTION = {"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::000000000000:function/edge"}
FAILOVER = {
    "Id": "group",
    "FailoverCriteria": {"StatusCodes": counted(500)},
    "Members": counted({"OriginId": "there"}, {"OriginId": "other"}),
}
IDENTITY = {"S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E"}}
GROUPS = {"Enabled": True, **counted("group")}
NOT_EMULATED = (
    "CloudFront Functions, Lambda@Edge, signed URLs, origin failover and identities, logs, response headers policies, "
    "geo restriction, WAF"
)


@pytest.fixture(scope="module")
def made(distribute: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = distribute(ORIGIN, Aliases=counted("www.example.org"), HttpVersion="http2and3")
    return found


@pytest.mark.feature(
    "CloudFront", "distributions: created, read, listed, tagged", partly="Deployed at once; AWS takes minutes"
)
def test_a_distribution_is_described(cloudfront: Any, made: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html"""
    found = cloudfront.get_distribution(Id=made["Id"])
    assert found["Distribution"] == made
    assert made["Status"] == "Deployed"
    assert made["ARN"] == f"arn:aws:cloudfront::000000000000:distribution/{made['Id']}"
    config = cloudfront.get_distribution_config(Id=made["Id"])
    assert config["DistributionConfig"] == made["DistributionConfig"]
    assert config["ETag"] == found["ETag"]
    assert config["DistributionConfig"]["Aliases"] == counted("www.example.org")
    assert config["DistributionConfig"]["DefaultCacheBehavior"]["CachePolicyId"] == OPTIMIZED
    assert config["DistributionConfig"]["PriceClass"] == "PriceClass_All", "filled in"
    cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
    summaries = cloudfront.list_distributions()["DistributionList"]["Items"]
    (summary,) = (each for each in summaries if each["Id"] == made["Id"])
    assert summary["Origins"] == made["DistributionConfig"]["Origins"]


@pytest.mark.feature(
    "CloudFront", "distributions: created, read, listed, tagged", partly="Deployed at once; AWS takes minutes"
)
def test_tags(cloudfront: Any, made: dict[str, Any]) -> None:
    config = {**made["DistributionConfig"], "CallerReference": "tagged"}
    tags = {"Items": [{"Key": "a", "Value": "1"}]}
    tagged = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": tags}
    )
    arn = tagged["Distribution"]["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "b", "Value": "2"}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["a"]})
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(cloudfront.exceptions.NoSuchResource):
        cloudfront.list_tags_for_resource(Resource=f"{arn}X")


@pytest.mark.feature("CloudFront", "changing and deleting: latest versions only, disabled before deleted")
def test_what_it_takes_to_change_and_to_delete(
    cloudfront: Any, distribute: Callable[..., Any], get: Callable[..., Any]
) -> None:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteDistribution.html"""
    made = distribute(ORIGIN)
    id, wrong = made["Id"], cloudfront.exceptions
    etag = cloudfront.get_distribution(Id=id)["ETag"]
    with pytest.raises(wrong.DistributionNotDisabled):
        cloudfront.delete_distribution(Id=id, IfMatch=etag)
    config = {**made["DistributionConfig"], "Enabled": False}
    with pytest.raises(wrong.InvalidIfMatchVersion):
        cloudfront.update_distribution(Id=id, DistributionConfig=config)
    changed = cloudfront.update_distribution(Id=id, DistributionConfig=config, IfMatch=etag)
    assert not changed["Distribution"]["DistributionConfig"]["Enabled"]
    for stale in (
        lambda: cloudfront.update_distribution(Id=id, DistributionConfig=config, IfMatch=etag),
        lambda: cloudfront.delete_distribution(Id=id, IfMatch=etag),
    ):
        with pytest.raises(wrong.PreconditionFailed):
            stale()
    with pytest.raises(wrong.IllegalUpdate):
        cloudfront.update_distribution(
            Id=id, DistributionConfig={**config, "CallerReference": "x"}, IfMatch=changed["ETag"]
        )
    refused = get(made, "/")
    assert (refused.status, b"is disabled" in refused.body) == (403, True)
    cloudfront.delete_distribution(Id=id, IfMatch=changed["ETag"])
    assert get(made, "/").status == 404
    with pytest.raises(wrong.NoSuchDistribution):
        cloudfront.get_distribution(Id=id)


@pytest.mark.feature("CloudFront", "configurations that AWS refuses")
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"DefaultCacheBehavior": behaviour("elsewhere")}, "NoSuchOrigin"),
        ({"DefaultCacheBehavior": behaviour("there", None)}, "InvalidArgument.*ForwardedValues is required"),
        ({"DefaultCacheBehavior": behaviour("there", DISABLED, ForwardedValues=VALUES)}, "InvalidArgument"),
        ({"DefaultCacheBehavior": behaviour("there", "none")}, "NoSuchCachePolicy"),
        ({"DefaultCacheBehavior": behaviour("there", OriginRequestPolicyId="none")}, "NoSuchOriginRequestPolicy"),
        ({"CacheBehaviors": counted({"PathPattern": "/a", **behaviour("elsewhere")})}, "NoSuchOrigin"),
        ({"Origins": counted({**ORIGIN, "OriginAccessControlId": "ENONE"})}, "InvalidOriginAccessControl"),
        ({"Origins": counted({**ORIGIN, "OriginPath": "/a/"})}, "InvalidArgument"),
        ({"Origins": counted({"Id": "there", "DomainName": "example.org"})}, "InvalidArgument"),
        ({"Origins": counted({**BUCKET, "DomainName": "b.s3-website-us-east-1.amazonaws.com"})}, "valid S3 bucket"),
        ({"CustomErrorResponses": counted({"ErrorCode": 404, "ResponsePagePath": "/404.html"})}, "InvalidErrorCode"),
    ],
)
def test_a_wrong_configuration(cloudfront: Any, distribute: Callable[..., Any], more: Any, error: str) -> None:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html, "Errors" """
    with pytest.raises(cloudfront.exceptions.ClientError, match=error):
        distribute(ORIGIN, **more)


@pytest.mark.feature("CloudFront", "changing and deleting: latest versions only, disabled before deleted")
def test_a_reset_forgets_it(
    emulator: Any, ask: Callable[..., Any], get: Callable[..., Any], made: dict[str, Any], closed_port: int
) -> None:
    config = {**made["DistributionConfig"], "Origins": counted(custom("there", "localhost", closed_port))}
    theirs = boto3.client("cloudfront", "us-east-1", endpoint_url=emulator.endpoint_url, **OTHERS)
    there = theirs.create_distribution(DistributionConfig=config)["Distribution"]
    assert there["ARN"].split(":")[4] == "111111111111"
    assert get(there, "/").status == 502, "it is asked"
    assert ask("/_localdev/reset?account=111111111111", "POST").status == 200
    assert get(there, "/").status == 404
    theirs.close()


@pytest.mark.feature("CloudFront", "configurations that AWS refuses")
def test_a_caller_reference_is_used_once(cloudfront: Any, made: dict[str, Any]) -> None:
    with pytest.raises(cloudfront.exceptions.DistributionAlreadyExists):
        cloudfront.create_distribution(DistributionConfig=made["DistributionConfig"])


@pytest.mark.feature("CloudFront", NOT_EMULATED, lacking="refused with the name of what is lacking")
@pytest.mark.parametrize(
    ("more", "what"),
    [
        (
            {"DefaultCacheBehavior": behaviour("there", LambdaFunctionAssociations=counted(EDGE))},
            "LambdaFunctionAssociations",
        ),
        ({"DefaultCacheBehavior": behaviour("there", FunctionAssociations=counted(FUNCTION))}, "FunctionAssociations"),
        ({"DefaultCacheBehavior": behaviour("there", TrustedKeyGroups=GROUPS)}, "TrustedKeyGroups"),
        ({"DefaultCacheBehavior": behaviour("there", ResponseHeadersPolicyId="id")}, "ResponseHeadersPolicyId"),
        ({"OriginGroups": counted(FAILOVER)}, "OriginGroups"),
        ({"Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "b", "Prefix": ""}}, "Logging"),
        ({"Restrictions": {"GeoRestriction": {"RestrictionType": "blacklist", **counted("DE")}}}, "GeoRestriction"),
        ({"WebACLId": "id"}, "WebACLId"),
        ({"Origins": counted({**BUCKET, **IDENTITY})}, "OriginAccessIdentity"),
    ],
)
def test_what_is_not_emulated(cloudfront: Any, distribute: Callable[..., Any], more: Any, what: str) -> None:
    with pytest.raises(cloudfront.exceptions.ClientError, match=f"{what}.* is not emulated"):
        distribute(ORIGIN, **more)


@pytest.mark.feature(
    "CloudFront", "ViewerProtocolPolicy", partly="accepted; everything is plain HTTP, so nothing is redirected to HTTPS"
)
def test_nothing_is_redirected_to_https(
    distribute: Callable[..., Any], get: Callable[..., Any], echo: dict[str, Any]
) -> None:
    made = distribute(echo, DefaultCacheBehavior=behaviour("echo", ViewerProtocolPolicy="redirect-to-https"))
    assert get(made, "/").status == 200


@pytest.mark.feature("CloudFront", "origin access controls: changed, deleted, in use")
def test_an_access_control(cloudfront: Any, distribute: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteOriginAccessControl.html"""
    config = {
        "Name": "one",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    made, wrong = cloudfront.create_origin_access_control(OriginAccessControlConfig=config), cloudfront.exceptions
    id = made["OriginAccessControl"]["Id"]
    with pytest.raises(wrong.OriginAccessControlAlreadyExists):
        cloudfront.create_origin_access_control(OriginAccessControlConfig=config)
    bucket = {"Id": "s3", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    user = distribute({**bucket, "OriginAccessControlId": id})
    with pytest.raises(wrong.OriginAccessControlInUse):
        cloudfront.delete_origin_access_control(Id=id, IfMatch=made["ETag"])
    changed = cloudfront.update_origin_access_control(
        Id=id, IfMatch=made["ETag"], OriginAccessControlConfig={**config, "Description": "mine"}
    )
    with pytest.raises(wrong.PreconditionFailed):
        cloudfront.update_origin_access_control(Id=id, IfMatch=made["ETag"], OriginAccessControlConfig=config)
    assert (
        cloudfront.get_origin_access_control(Id=id)["OriginAccessControl"]["OriginAccessControlConfig"]["Description"]
        == "mine"
    )
    assert cloudfront.get_origin_access_control_config(Id=id)["ETag"] == changed["ETag"]
    assert id in [each["Id"] for each in cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]]
    found = cloudfront.get_distribution(Id=user["Id"])
    config = {**found["Distribution"]["DistributionConfig"], "Enabled": False}
    etag = cloudfront.update_distribution(Id=user["Id"], DistributionConfig=config, IfMatch=found["ETag"])["ETag"]
    cloudfront.delete_distribution(Id=user["Id"], IfMatch=etag)
    cloudfront.delete_origin_access_control(Id=id, IfMatch=changed["ETag"])
    with pytest.raises(wrong.NoSuchOriginAccessControl):
        cloudfront.get_origin_access_control(Id=id)


@pytest.mark.feature("CloudFront", "cache policies: AWS's own and others")
def test_cache_policies(
    cloudfront: Any, distribute: Callable[..., Any], get: Callable[..., Any], echo: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html"""
    managed = cloudfront.list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    names = {each["CachePolicy"]["Id"]: each["CachePolicy"]["CachePolicyConfig"]["Name"] for each in managed}
    assert (names[OPTIMIZED], names[DISABLED]) == ("Managed-CachingOptimized", "Managed-CachingDisabled")
    in_key = {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": counted("kept")},
    }
    config = {"Name": "mine", "MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": in_key}
    made = cloudfront.create_cache_policy(CachePolicyConfig=config)
    id = made["CachePolicy"]["Id"]
    assert cloudfront.get_cache_policy(Id=id)["CachePolicy"]["CachePolicyConfig"]["DefaultTTL"] == 86400
    user = distribute(echo, DefaultCacheBehavior=behaviour("echo", id))
    first = get(user, "/?kept=1&other=1")
    assert b'"path": "/base/?kept=1"' in first.body
    assert get(user, "/?kept=1&other=2").body == first.body
    assert get(user, "/?kept=2").body != first.body
    with pytest.raises(cloudfront.exceptions.CachePolicyInUse):
        cloudfront.delete_cache_policy(Id=id, IfMatch=made["ETag"])
    with pytest.raises(cloudfront.exceptions.IllegalDelete):
        cloudfront.delete_cache_policy(Id=OPTIMIZED, IfMatch="any")
