"""Distributions themselves: made, changed, deleted. They are deployed at once, where AWS takes minutes."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudfront.config import OF_DISTRIBUTIONS, completed
from localdev.providers.cloudfront.kept import Distribution, Kept, kept_for, listed, refused

DEPLOYED = "Deployed"
SUMMARISED = (*OF_DISTRIBUTIONS, "Origins", "DefaultCacheBehavior", "Comment", "Enabled")


class Distributions:
    @handler("CreateDistribution", expand=False)
    def create_distribution(self, context: RequestContext, request: Any) -> Any:
        return _create(context, request["DistributionConfig"], {})

    @handler("CreateDistributionWithTags", expand=False)
    def create_distribution_with_tags(self, context: RequestContext, request: Any) -> Any:
        given = request["DistributionConfigWithTags"]
        return _create(context, given["DistributionConfig"], _tags(given["Tags"]))

    @handler("GetDistribution", expand=False)
    def get_distribution(self, context: RequestContext, request: Any) -> Any:
        found = find(kept_for(context), request["Id"])
        return {"Distribution": _described(found), "ETag": found.etag}

    @handler("GetDistributionConfig", expand=False)
    def get_distribution_config(self, context: RequestContext, request: Any) -> Any:
        found = find(kept_for(context), request["Id"])
        return {"DistributionConfig": found.config, "ETag": found.etag}

    @handler("UpdateDistribution", expand=False)
    def update_distribution(self, context: RequestContext, request: Any) -> Any:
        kept = kept_for(context)
        found = find(kept, request["Id"])
        found.require(request.get("IfMatch"))
        config = completed(request["DistributionConfig"], kept)
        if config["CallerReference"] != found.config["CallerReference"]:
            raise refused("IllegalUpdate", "The caller reference of a distribution cannot be changed.")
        found.change(config)
        return {"Distribution": _described(found), "ETag": found.etag}

    @handler("DeleteDistribution", expand=False)
    def delete_distribution(self, context: RequestContext, request: Any) -> None:
        kept = kept_for(context)
        found = find(kept, request["Id"])
        found.require(request.get("IfMatch"))
        if found.config["Enabled"]:
            message = "The distribution you are trying to delete has not been disabled."
            raise refused("DistributionNotDisabled", message, 409)
        del kept.distributions[found.id]

    @handler("ListDistributions", expand=False)
    def list_distributions(self, context: RequestContext, request: Any) -> Any:
        found = kept_for(context).distributions.values()
        return {"DistributionList": listed([_summary(each) for each in found])}

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Any) -> None:
        """And UntagResource, which differs in its query alone, so that LocalStack takes it for this one."""
        tags = _by_arn(context, request["Resource"]).tags
        if context.request.args["Operation"] == "Tag":
            tags.update(_tags(request["Tags"]))
            return
        for key in ElementTree.fromstring(context.request.get_data()).iterfind("{*}Items/{*}Key"):
            tags.pop(key.text or "", None)

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(self, context: RequestContext, request: Any) -> Any:
        tags = _by_arn(context, request["Resource"]).tags
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def find(kept: Kept, id: str) -> Distribution:
    """Raises what AWS answers if there is none."""
    if id not in kept.distributions:
        raise refused("NoSuchDistribution", "The specified distribution does not exist.", 404)
    return kept.distributions[id]


def _create(context: RequestContext, given: dict[str, Any], tags: dict[str, str]) -> Any:
    kept = kept_for(context)
    reference = given["CallerReference"]
    for each in kept.distributions.values():
        if each.config["CallerReference"] == reference:
            text = "The caller reference that you are using to create a distribution is associated with another"
            raise refused("DistributionAlreadyExists", f"{text} distribution. Already exists: {each.id}", 409)
    made = Distribution(completed(given, kept), account=context.account_id, tags=tags)
    kept.distributions[made.id] = made
    location = f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{made.id}"
    return {"Distribution": _described(made), "ETag": made.etag, "Location": location}


def _by_arn(context: RequestContext, arn: str) -> Distribution:
    for each in kept_for(context).distributions.values():
        if each.arn == arn:
            return each
    raise refused("NoSuchResource", f"The resource {arn} does not exist.", 404)


def _tags(given: dict[str, Any]) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in given.get("Items") or []}


def _about(found: Distribution) -> dict[str, Any]:
    return {
        "Id": found.id,
        "ARN": found.arn,
        "Status": DEPLOYED,
        "LastModifiedTime": found.modified,
        "DomainName": found.domain_name,
    }


def _described(found: Distribution) -> dict[str, Any]:
    nobody = {"Enabled": False, "Quantity": 0}
    return {
        **_about(found),
        "InProgressInvalidationBatches": 0,
        "ActiveTrustedSigners": nobody,
        "ActiveTrustedKeyGroups": nobody,
        "DistributionConfig": found.config,
    }


def _summary(found: Distribution) -> dict[str, Any]:
    return {**_about(found), "ETag": found.etag, **{name: found.config[name] for name in SUMMARISED}}
