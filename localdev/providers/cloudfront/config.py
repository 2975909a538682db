"""What a distribution's configuration must be, and what AWS fills in.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import CommonServiceException

from localdev.providers.cloudfront.cache_policies import find_policy
from localdev.providers.cloudfront.kept import Kept, refused
from localdev.providers.cloudfront.origins import bucket_of
from localdev.providers.cloudfront.request_policies import REQUEST_POLICIES

NONE = {"Quantity": 0}
NOBODY = {"Enabled": False, "Quantity": 0}
READING = {"Quantity": 2, "Items": ["HEAD", "GET"]}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-values-specify.html
OF_DISTRIBUTIONS: dict[str, Any] = {
    "Aliases": NONE,
    "DefaultRootObject": "",
    "OriginGroups": NONE,
    "CacheBehaviors": NONE,
    "CustomErrorResponses": NONE,
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "ContinuousDeploymentPolicyId": "",
    "Staging": False,
}
OF_BEHAVIOURS: dict[str, Any] = {
    "TrustedSigners": NOBODY,
    "TrustedKeyGroups": NOBODY,
    "AllowedMethods": {**READING, "CachedMethods": READING},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": NONE,
    "FunctionAssociations": NONE,
    "FieldLevelEncryptionId": "",
}
OF_FORWARDING: dict[str, Any] = {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000}
OF_ORIGINS: dict[str, Any] = {
    "OriginPath": "",
    "CustomHeaders": NONE,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}


def completed(config: dict[str, Any], kept: Kept) -> dict[str, Any]:
    """The configuration as AWS gives it back. Raises what AWS answers to one that is wrong."""
    config = {**OF_DISTRIBUTIONS, **config}
    config["Origins"] = _list([{**OF_ORIGINS, **each} for each in items(config, "Origins")])
    config["DefaultCacheBehavior"] = _behaviour(config["DefaultCacheBehavior"])
    if behaviours := items(config, "CacheBehaviors"):
        config["CacheBehaviors"] = _list([_behaviour(each) for each in behaviours])
    for lacking in _not_emulated(config):
        raise CommonServiceException("InternalFailure", f"{lacking} is not emulated", status_code=501)
    _check(config, kept)
    return config


def items(structure: dict[str, Any], name: str) -> list[Any]:
    """Those of one of CloudFront's lists, which count themselves."""
    return (structure.get(name) or {}).get("Items") or []


def behaviours(config: dict[str, Any]) -> list[dict[str, Any]]:
    """In the order in which they are asked; the last one takes all."""
    return [*items(config, "CacheBehaviors"), config["DefaultCacheBehavior"]]


def _list(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Quantity": len(found), "Items": found}


def _behaviour(given: dict[str, Any]) -> dict[str, Any]:
    by_policy = given.get("CachePolicyId")
    found = {**OF_BEHAVIOURS, **({} if by_policy else OF_FORWARDING), **given}
    found["AllowedMethods"].setdefault("CachedMethods", READING)
    return found


def _not_emulated(config: dict[str, Any]) -> Iterator[str]:
    if items(config, "OriginGroups"):
        yield "a distribution's OriginGroups (failover)"
    if config["WebACLId"]:
        yield "a distribution's WebACLId"
    if config["Logging"].get("Enabled"):
        yield "a distribution's Logging"
    if config["Restrictions"]["GeoRestriction"]["RestrictionType"] != "none":
        yield "a distribution's GeoRestriction"
    for each in behaviours(config):
        for name in ("LambdaFunctionAssociations", "FunctionAssociations", "TrustedSigners", "TrustedKeyGroups"):
            if items(each, name):
                yield f"a cache behavior's {name}"
        for name in ("ResponseHeadersPolicyId", "FieldLevelEncryptionId", "RealtimeLogConfigArn"):
            if each.get(name):
                yield f"a cache behavior's {name}"
    for each in items(config, "Origins"):
        if "VpcOriginConfig" in each:
            yield "an origin's VpcOriginConfig"
        if each.get("S3OriginConfig", {}).get("OriginAccessIdentity"):
            yield "an origin's OriginAccessIdentity (use an origin access control)"


def _check(config: dict[str, Any], kept: Kept) -> None:
    origins = {each["Id"]: each for each in items(config, "Origins")}
    for each in origins.values():
        control = each["OriginAccessControlId"]
        if control and control not in kept.access_controls:
            raise refused("InvalidOriginAccessControl", f"The origin access control {control} does not exist.")
        if ("S3OriginConfig" in each) == ("CustomOriginConfig" in each):
            text = "exactly one of S3OriginConfig and CustomOriginConfig must be given"
            raise refused("InvalidArgument", f"Origin {each['Id']}: {text}.")
        if "S3OriginConfig" in each and not bucket_of(each["DomainName"]):
            text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
            raise refused("InvalidArgument", text)
        if each["OriginPath"] and (not each["OriginPath"].startswith("/") or each["OriginPath"].endswith("/")):
            raise refused("InvalidArgument", "The parameter OriginPath must begin with / and must not end with it.")
    for each in behaviours(config):
        if each["TargetOriginId"] not in origins:
            raise refused("NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404)
        policy, forwarded = each.get("CachePolicyId"), each.get("ForwardedValues")
        if not policy and not forwarded:
            raise refused("InvalidArgument", "The parameter ForwardedValues is required.")
        if policy and forwarded:
            text = (
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior."
            )
            raise refused("InvalidArgument", text)
        if policy and find_policy(policy, kept) is None:
            raise refused("NoSuchCachePolicy", "The specified cache policy does not exist.", 404)
        if (request_policy := each.get("OriginRequestPolicyId")) and request_policy not in REQUEST_POLICIES:
            text = "The specified origin request policy does not exist; here there are only those that AWS manages."
            raise refused("NoSuchOriginRequestPolicy", text, 404)
    for each in items(config, "CustomErrorResponses"):
        if bool(each.get("ResponsePagePath")) != bool(each.get("ResponseCode")):
            text = "ResponsePagePath and ResponseCode must both be given, or neither"
            raise refused("InvalidErrorCode", f"Error {each['ErrorCode']}: {text}.")
