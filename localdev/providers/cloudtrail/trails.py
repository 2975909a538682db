"""Trails themselves: made, changed, started, stopped, deleted."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudtrail import delivery, recording
from localdev.providers.cloudtrail.kept import Trail, find, kept, not_emulated, refused, trails_of

MOST = 5  # trails of a region
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]")
NOT_EMULATED = (
    "CloudWatchLogsLogGroupArn",
    "EnableLogFileValidation",
    "IsOrganizationTrail",
    "KmsKeyId",
    "SnsTopicName",
)
SETTINGS = ("S3BucketName", "S3KeyPrefix", "IncludeGlobalServiceEvents", "IsMultiRegionTrail")


class Trails:
    @handler("CreateTrail", expand=False)
    def create_trail(self, context: RequestContext, request: Any) -> Any:
        """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html"""
        here, name = kept(context.account_id, context.region), request["Name"]
        if not NAME.fullmatch(name):
            text = "Trail name must have 3 to 128 letters, digits, '.', '-', '_', the first and last no sign."
            raise refused("InvalidTrailNameException", text)
        if name in here.trails:
            raise refused(
                "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {context.account_id}"
            )
        if len(here.trails) >= MOST:
            text = f"User: {context.account_id} already has {MOST} trails in {context.region}."
            raise refused("MaximumNumberOfTrailsExceededException", text)
        about = {"Name": name, "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": False}
        made = Trail(context.account_id, context.region, {**about, **_settings(request)})
        _check(made)
        made.tags = _tags(request.get("TagsList"))
        here.trails[name] = made
        recording.begin()
        return _described(made)

    @handler("UpdateTrail", expand=False)
    def update_trail(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["Name"])
        changed = Trail(found.account, found.region, {**found.about, **_settings(request)})
        _check(changed)
        found.about = changed.about
        return _described(found)

    @handler("DeleteTrail", expand=False)
    def delete_trail(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["Name"])
        del kept(found.account, found.region).trails[found.name]
        return {}

    @handler("GetTrail", expand=False)
    def get_trail(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["Name"])
        return {"Trail": {**_described(found), "HomeRegion": found.region}}

    @handler("DescribeTrails", expand=False)
    def describe_trails(self, context: RequestContext, request: Any) -> Any:
        names, shadows = request.get("trailNameList"), request.get("includeShadowTrails", True)
        found = [
            {**_described(each), "HomeRegion": each.region}
            for each in trails_of(context.account_id)
            if each.region == context.region or (shadows and each.about["IsMultiRegionTrail"])
            if not names or each.name in names or each.arn in names
        ]
        return {"trailList": found}

    @handler("ListTrails", expand=False)
    def list_trails(self, context: RequestContext, request: Any) -> Any:
        found = trails_of(context.account_id)
        return {"Trails": [{"TrailARN": each.arn, "Name": each.name, "HomeRegion": each.region} for each in found]}

    @handler("StartLogging", expand=False)
    def start_logging(self, context: RequestContext, request: Any) -> Any:
        find(context.account_id, context.region, request["Name"]).start(True)
        return {}

    @handler("StopLogging", expand=False)
    def stop_logging(self, context: RequestContext, request: Any) -> Any:
        find(context.account_id, context.region, request["Name"]).start(False)
        return {}

    @handler("GetTrailStatus", expand=False)
    def get_trail_status(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["Name"])
        times = {
            "StartLoggingTime": found.started,
            "StopLoggingTime": found.stopped,
            "LatestDeliveryTime": found.delivered,
            "LatestDeliveryError": found.error,
        }
        texts = {
            "TimeLoggingStarted": _text(found.started),
            "TimeLoggingStopped": _text(found.stopped),
            "LatestDeliveryAttemptTime": _text(found.delivered),
        }
        return {"IsLogging": found.logging, **{name: value for name, value in times.items() if value}, **texts}

    @handler("AddTags", expand=False)
    def add_tags(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["ResourceId"])
        found.tags.update(_tags(request["TagsList"]))
        return {}

    @handler("RemoveTags", expand=False)
    def remove_tags(self, context: RequestContext, request: Any) -> Any:
        found = find(context.account_id, context.region, request["ResourceId"])
        for key in _tags(request["TagsList"]):
            found.tags.pop(key, None)
        return {}

    @handler("ListTags", expand=False)
    def list_tags(self, context: RequestContext, request: Any) -> Any:
        found = [find(context.account_id, context.region, each) for each in request["ResourceIdList"]]
        tags = [[{"Key": key, "Value": value} for key, value in each.tags.items()] for each in found]
        pairs = zip(found, tags, strict=True)
        return {"ResourceTagList": [{"ResourceId": each.arn, "TagsList": tagged} for each, tagged in pairs]}


def _settings(request: Any) -> dict[str, Any]:
    for name in NOT_EMULATED:
        if request.get(name):
            raise not_emulated(f"a trail's {name}")
    return {name: request[name] for name in SETTINGS if name in request}


def _check(trail: Trail) -> None:
    """Raises what AWS answers to a trail that makes no sense, or may not write to its bucket."""
    if trail.about["IsMultiRegionTrail"] and not trail.about["IncludeGlobalServiceEvents"]:
        text = "Multi-Region trail must include global service events."
        raise refused("InvalidParameterCombinationException", text)
    bucket = trail.about["S3BucketName"]
    error = delivery.obstacle(trail)
    if error == "NoSuchBucket":
        raise refused("S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!")
    if error:
        text = f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
        raise refused("InsufficientS3BucketPolicyException", text)


def _described(trail: Trail) -> dict[str, Any]:
    custom = trail.advanced != [] or any(each["DataResources"] for each in trail.selectors)
    fixed = {"LogFileValidationEnabled": False, "IsOrganizationTrail": False, "HasInsightSelectors": False}
    return {**trail.about, **fixed, "TrailARN": trail.arn, "HasCustomEventSelectors": custom}


def _text(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


def _tags(given: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in given or []}
