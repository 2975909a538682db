"""Cache policies: how long answers are kept, and what makes two requests the same."""

# mypy: allow-untyped-calls
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudfront.kept import Kept, Versioned, kept_for, refused

YEAR = 31536000  # seconds
OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]


def _policy(
    id: str, name: str, ttl: tuple[int, int, int], *, compress: bool, queries: str = "none", **more: Any
) -> Versioned:
    minimum, default, maximum = ttl
    key = {
        "EnableAcceptEncodingGzip": compress,
        "EnableAcceptEncodingBrotli": compress,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": queries},
    }
    times = {"MinTTL": minimum, "DefaultTTL": default, "MaxTTL": maximum}
    config = {"Name": f"Managed-{name}", **times, "ParametersInCacheKeyAndForwardedToOrigin": {**key, **more}}
    return Versioned(config, id, modified=datetime(2020, 7, 1, tzinfo=UTC))


_BY_ORIGIN: dict[str, Any] = {
    "HeadersConfig": {
        "HeaderBehavior": "whitelist",
        "Headers": {"Quantity": 5, "Items": ["Host", "Origin", *OVERRIDES]},
    },
    "CookiesConfig": {"CookieBehavior": "all"},
}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_MANAGED = (
    _policy("658327ea-f89d-4fab-a63d-7e88639e58f6", "CachingOptimized", (1, 86400, YEAR), compress=True),
    _policy(
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "CachingOptimizedForUncompressedObjects",
        (1, 86400, YEAR),
        compress=False,
    ),
    _policy("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled", (0, 0, 0), compress=False),
    _policy(
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "UseOriginCacheControlHeaders",
        (0, 0, YEAR),
        compress=True,
        **_BY_ORIGIN,
    ),
    _policy(
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        "UseOriginCacheControlHeaders-QueryStrings",
        (0, 0, YEAR),
        compress=True,
        queries="all",
        **_BY_ORIGIN,
    ),
)
MANAGED = {each.id: each for each in _MANAGED}


def find_policy(id: str, kept: Kept) -> Versioned | None:
    return MANAGED.get(id) or kept.cache_policies.get(id)


class CachePolicies:
    @handler("CreateCachePolicy", expand=False)
    def create_cache_policy(self, context: RequestContext, request: Any) -> Any:
        """The times are those of the API reference: https://docs.aws.amazon.com/cloudfront/latest/APIReference/."""
        kept, config = kept_for(context), request["CachePolicyConfig"]
        if any(each.config["Name"] == config["Name"] for each in kept.cache_policies.values()):
            text = "A cache policy with this name already exists."
            raise refused("CachePolicyAlreadyExists", text, 409)
        default = config.get("DefaultTTL", max(86400, config["MinTTL"]))
        made = Versioned({"DefaultTTL": default, "MaxTTL": max(YEAR, default), **config})
        kept.cache_policies[made.id] = made
        location = f"https://cloudfront.amazonaws.com/2020-05-31/cache-policy/{made.id}"
        return {"CachePolicy": _described(made), "ETag": made.etag, "Location": location}

    @handler("GetCachePolicy", expand=False)
    def get_cache_policy(self, context: RequestContext, request: Any) -> Any:
        found = _find(kept_for(context), request["Id"])
        return {"CachePolicy": _described(found), "ETag": found.etag}

    @handler("DeleteCachePolicy", expand=False)
    def delete_cache_policy(self, context: RequestContext, request: Any) -> None:
        kept = kept_for(context)
        found = _find(kept, request["Id"])
        if found.id in MANAGED:
            raise refused("IllegalDelete", "You cannot delete a managed policy.")
        found.require(request.get("IfMatch"))
        used = (
            behaviour.get("CachePolicyId")
            for each in kept.distributions.values()
            for behaviour in (each.config["DefaultCacheBehavior"], *each.config["CacheBehaviors"].get("Items", []))
        )
        if found.id in used:
            text = "Cannot delete the cache policy because it is attached to one or more cache behaviors."
            raise refused("CachePolicyInUse", text, 409)
        del kept.cache_policies[found.id]

    @handler("ListCachePolicies", expand=False)
    def list_cache_policies(self, context: RequestContext, request: Any) -> Any:
        kinds = {"managed": MANAGED, "custom": kept_for(context).cache_policies}
        found = [
            {"Type": kind, "CachePolicy": _described(each)}
            for kind, policies in kinds.items()
            if request.get("Type") in (None, kind)
            for each in policies.values()
        ]
        return {"CachePolicyList": {"MaxItems": 100, "Quantity": len(found), "Items": found}}


def _find(kept: Kept, id: str) -> Versioned:
    found = find_policy(id, kept)
    if found is None:
        raise refused("NoSuchCachePolicy", "The cache policy does not exist.", 404)
    return found


def _described(found: Versioned) -> dict[str, Any]:
    return {"Id": found.id, "LastModifiedTime": found.modified, "CachePolicyConfig": found.config}
