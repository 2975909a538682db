"""Looking up the latest management events."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler

from localdev.providers.cloudtrail.kept import Record, kept, refused

MOST = 50  # events in an answer


class History:
    @handler("LookupEvents", expand=False)
    def lookup_events(self, context: RequestContext, request: Any) -> Any:
        """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""
        wanted = {each["AttributeKey"]: each["AttributeValue"] for each in request.get("LookupAttributes") or []}
        begin, end = request.get("StartTime"), request.get("EndTime")
        found = [_described(each) for each in list(kept(context.account_id, context.region).events)]
        chosen = [
            each
            for each in found
            if all(each.get(key) == value for key, value in wanted.items())
            if (begin is None or each["EventTime"] >= begin) and (end is None or each["EventTime"] <= end)
        ]
        token, most = request.get("NextToken", "0"), request.get("MaxResults", MOST)
        if not token.isdigit():
            raise refused("InvalidNextTokenException", "The token is not valid.")
        first, last = int(token), int(token) + most
        more = {"NextToken": str(last)} if last < len(chosen) else {}
        return {"Events": chosen[first:last], **more}


def _described(record: Record) -> dict[str, Any]:
    identity = record["userIdentity"]
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": identity.get("accessKeyId", ""),
        "EventTime": datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        "EventSource": record["eventSource"],
        "Username": identity.get("userName", "root"),
        "Resources": [],
        "CloudTrailEvent": json.dumps(record, default=str),
    }
