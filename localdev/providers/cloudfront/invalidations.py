"""Invalidations, which are done by the time they are answered."""

# mypy: allow-untyped-calls
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudfront.distributions import find
from localdev.providers.cloudfront.kept import kept_for, listed, new_id, refused


class Invalidations:
    @handler("CreateInvalidation", expand=False)
    def create_invalidation(self, context: RequestContext, request: Any) -> Any:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html"""
        distribution = find(kept_for(context), request["DistributionId"])
        batch = request["InvalidationBatch"]
        paths = batch["Paths"].get("Items") or []
        if not paths or not all(path.startswith("/") for path in paths):
            raise refused("InvalidArgument", "Your request contains one or more invalid invalidation paths.")
        if batch["Paths"]["Quantity"] != len(paths):
            raise refused("InconsistentQuantities", "The value of Quantity and the number of items don't match.")
        done = next(
            (
                each
                for each in distribution.invalidations.values()
                if each["InvalidationBatch"]["CallerReference"] == batch["CallerReference"]
            ),
            None,
        )
        if done is None:
            distribution.cache.invalidate(paths)
            now = datetime.now(UTC)
            done = {"Id": new_id(), "Status": "Completed", "CreateTime": now, "InvalidationBatch": batch}
            distribution.invalidations[done["Id"]] = done
        elif done["InvalidationBatch"] != batch:
            text = "Your request contains a caller reference that was used for a previous invalidation batch."
            raise refused("InvalidArgument", text)
        path = f"distribution/{distribution.id}/invalidation/{done['Id']}"
        return {"Invalidation": done, "Location": f"https://cloudfront.amazonaws.com/2020-05-31/{path}"}

    @handler("GetInvalidation", expand=False)
    def get_invalidation(self, context: RequestContext, request: Any) -> Any:
        distribution = find(kept_for(context), request["DistributionId"])
        if request["Id"] not in distribution.invalidations:
            raise refused("NoSuchInvalidation", "The specified invalidation does not exist.", 404)
        return {"Invalidation": distribution.invalidations[request["Id"]]}

    @handler("ListInvalidations", expand=False)
    def list_invalidations(self, context: RequestContext, request: Any) -> Any:
        distribution = find(kept_for(context), request["DistributionId"])
        found = [
            {name: each[name] for name in ("Id", "CreateTime", "Status")}
            for each in reversed(distribution.invalidations.values())
        ]
        return {"InvalidationList": listed(found)}
