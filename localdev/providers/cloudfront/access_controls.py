"""Origin access controls: whether a distribution says to a bucket who it is."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudfront.kept import Kept, Versioned, kept_for, listed, refused


class AccessControls:
    @handler("CreateOriginAccessControl", expand=False)
    def create_origin_access_control(self, context: RequestContext, request: Any) -> Any:
        kept = kept_for(context)
        config = _completed(request, kept)
        made = Versioned(config)
        kept.access_controls[made.id] = made
        location = f"https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/{made.id}"
        return {"OriginAccessControl": _described(made), "ETag": made.etag, "Location": location}

    @handler("GetOriginAccessControl", expand=False)
    def get_origin_access_control(self, context: RequestContext, request: Any) -> Any:
        found = _find(kept_for(context), request["Id"])
        return {"OriginAccessControl": _described(found), "ETag": found.etag}

    @handler("GetOriginAccessControlConfig", expand=False)
    def get_origin_access_control_config(self, context: RequestContext, request: Any) -> Any:
        found = _find(kept_for(context), request["Id"])
        return {"OriginAccessControlConfig": found.config, "ETag": found.etag}

    @handler("UpdateOriginAccessControl", expand=False)
    def update_origin_access_control(self, context: RequestContext, request: Any) -> Any:
        kept = kept_for(context)
        found = _find(kept, request["Id"])
        found.require(request.get("IfMatch"))
        found.change(_completed(request, kept, found))
        return {"OriginAccessControl": _described(found), "ETag": found.etag}

    @handler("DeleteOriginAccessControl", expand=False)
    def delete_origin_access_control(self, context: RequestContext, request: Any) -> None:
        kept = kept_for(context)
        found = _find(kept, request["Id"])
        found.require(request.get("IfMatch"))
        origins = (origin for each in kept.distributions.values() for origin in each.config["Origins"]["Items"])
        if any(origin["OriginAccessControlId"] == found.id for origin in origins):
            text = "Cannot delete the origin access control because it's in use by one or more distributions."
            raise refused("OriginAccessControlInUse", text, 409)
        del kept.access_controls[found.id]

    @handler("ListOriginAccessControls", expand=False)
    def list_origin_access_controls(self, context: RequestContext, request: Any) -> Any:
        found = [{"Id": each.id, **each.config} for each in kept_for(context).access_controls.values()]
        return {"OriginAccessControlList": listed(found)}


def _completed(request: Any, kept: Kept, of: Versioned | None = None) -> dict[str, Any]:
    config = {"Description": "", **request["OriginAccessControlConfig"]}
    if any(each is not of and each.config["Name"] == config["Name"] for each in kept.access_controls.values()):
        text = "An origin access control with the same name already exists."
        raise refused("OriginAccessControlAlreadyExists", text, 409)
    return config


def _find(kept: Kept, id: str) -> Versioned:
    if id not in kept.access_controls:
        raise refused("NoSuchOriginAccessControl", "The specified origin access control does not exist.", 404)
    return kept.access_controls[id]


def _described(found: Versioned) -> dict[str, Any]:
    return {"Id": found.id, "OriginAccessControlConfig": found.config}
