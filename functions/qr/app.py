"""POST /generate: a text comes in, the address of its QR code goes out."""

import base64
import json
import logging
import os
import traceback
import uuid
from datetime import UTC, datetime
from typing import Any

import qr
import storage

MAX_CHARACTERS = 1000
HEADERS = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}

logger = logging.getLogger(__name__)


class BadRequestError(ValueError):
    """What the caller has to put right; the message is the answer."""


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event, or a direct invocation with {"text": ...}."""
    try:
        text = requested_text(event)
        image = qr.png(text)
        bucket = os.environ["BUCKET_NAME"]
        filename = f"qr_{datetime.now(UTC):%Y%m%d_%H%M%S}_{uuid.uuid4().hex}.png"
        storage.put(bucket, filename, image, content_type="image/png", cache_control="max-age=31536000")
        url = storage.object_url(bucket, filename)
    except qr.UnencodableError as error:
        return answer(400, error=f"'text' does not fit in a QR code: {error}")
    except BadRequestError as error:
        return answer(400, error=str(error))
    except Exception:
        failure = {"message": "no QR code made", "aws_request_id": context.aws_request_id}
        logger.error(json.dumps(failure | {"traceback": traceback.format_exc()}))  # noqa: TRY400
        return answer(500, error="Internal server error")
    return answer(200, message="QR code generated", url=url, filename=filename, text_length=len(text))


def requested_text(event: Any) -> str:
    """The stripped text of a request. Raises BadRequestError."""
    request = event
    if isinstance(event, dict) and "body" in event:
        body = event["body"]
        if body is None:
            raise BadRequestError("The request has no body")
        try:
            request = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
        except (TypeError, ValueError, RecursionError):
            raise BadRequestError("The body is not JSON") from None
    if not isinstance(request, dict):
        raise BadRequestError('The request is not a JSON object like {"text": "..."}')
    if "text" not in request:
        raise BadRequestError("'text' is missing")
    if not isinstance(request["text"], str):
        raise BadRequestError("'text' is not a string")
    text = request["text"].strip()
    if not text:
        raise BadRequestError("'text' is empty")
    if len(text) > MAX_CHARACTERS:
        raise BadRequestError(f"'text' has {len(text):,} characters, {MAX_CHARACTERS:,} are allowed")
    return text


def answer(status: int, **body: Any) -> dict[str, Any]:
    """A REST proxy response."""
    return {"statusCode": status, "headers": HEADERS, "body": json.dumps(body)}
