"""What lifecycle rules did, told to those whom the bucket notifies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html, and ``ev-events.html``
for EventBridge.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote_plus

from localstack.services.s3.models import S3DeleteMarker
from localstack.services.s3.notifications import (
    BaseNotifier,
    EventBridgeNotifier,
    S3EventNotificationContext,
)
from localstack.utils.patch import Patch

DELETED = "s3:LifecycleExpiration:Delete"
MARKED = "s3:LifecycleExpiration:DeleteMarkerCreated"
MOVED = "s3:LifecycleTransition"
OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"  # the ETag of a delete marker


def apply() -> None:
    for notifier, know in ((BaseNotifier, add_transition), (EventBridgeNotifier, describe)):
        known = notifier._get_event_payload
        Patch(notifier, "_get_event_payload", staticmethod(knowing(know, known))).apply()


def tell(dispatcher: Any, bucket: Any, what: str, version: Any) -> None:
    """what: one of those above. version: what there was, the marker that was made, or what has moved."""
    if not bucket.notification_configuration:
        return
    marker, none = isinstance(version, S3DeleteMarker), cast(Any, None)
    context = S3EventNotificationContext(
        request_id=uuid.uuid4().hex[:16].upper(),
        event_type=what,
        event_time=datetime.now(),
        account_id=bucket.bucket_account_id,
        region=bucket.bucket_region,
        bucket_name=bucket.name,
        key_name=quote_plus(version.key, safe="/"),
        xray="",
        bucket_location=bucket.bucket_region,
        bucket_account_id=bucket.bucket_account_id,
        caller=bucket.bucket_account_id,
        key_size=0 if marker else version.size,
        key_etag=OF_NOTHING if marker else version.etag.strip('"'),
        key_version_id=version.version_id if bucket.versioning_status else none,
        key_expiry=none,
        key_storage_class=None if marker else version.storage_class,
    )
    dispatcher.send_notifications(context, bucket.notification_configuration)


def knowing(know: Callable[[Any, Any], Any], known: Callable[..., Any]) -> Callable[..., Any]:
    def payload(context: Any, config_id: str | None = None) -> Any:
        told = known(context, config_id)
        return know(context, told) if context.event_type.startswith("s3:Lifecycle") else told

    return payload


def add_transition(context: Any, told: Any) -> Any:
    (record,) = told["Records"]
    record["eventVersion"] = "2.3"
    record["userIdentity"] = {"principalId": "s3.amazonaws.com"}
    if context.event_type == MOVED:
        moved = {"transitionEventData": {"destinationStorageClass": context.key_storage_class}}
        record["lifecycleEventData"] = moved
        record["s3"]["object"] |= {"eTag": context.key_etag, "size": context.key_size}
    return told


def describe(context: Any, told: Any) -> Any:
    """LocalStack knows no event of this kind."""
    detail = json.loads(told["Detail"]) | {"requester": "s3.amazonaws.com"}
    del detail["source-ip-address"]
    thing = detail["object"]
    if context.event_type == MOVED:
        told["DetailType"] = "Object Storage Class Changed"
        detail["destination-storage-class"] = context.key_storage_class
        del thing["sequencer"]
    else:
        told["DetailType"] = "Object Deleted"
        deletion = "Delete Marker Created" if context.event_type == MARKED else "Permanently Deleted"
        detail |= {"reason": "Lifecycle Expiration", "deletion-type": deletion}
        del thing["size"]
        if context.event_type == DELETED:
            del thing["etag"]
    return told | {"Detail": json.dumps(detail)}
