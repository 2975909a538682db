"""GET /presign: what a photo will be comes in, a URL that takes just that photo goes out."""

import json
import logging
import os
import secrets
import traceback
from typing import Any

import request
import storage

HEADERS = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGIN"],
    "Cache-Control": "no-store",  # the answer holds a URL that is a secret and works once
}

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event.

    200 {"url", "method", "headers", "key", "expires_in": seconds}, to be sent as they are, with the photo as the
    body; 400 and 409 {"error": a sentence for the caller}; 500 {"error"}, with the reason in the log.
    """
    try:
        photo = request.parse(event)
        key = f"uploads/{photo.name or secrets.token_urlsafe(16) + request.EXTENSIONS[photo.type][0]}"
        if photo.name and storage.exists(key):  # the other keys cannot be guessed, so nobody has taken them
            return answer(409, error=f"There is a photo '{photo.name}' already: choose another name")
        upload = storage.sign_upload(key, photo.type, photo.size)
    except request.BadRequestError as error:
        return answer(400, error=str(error))
    except Exception:
        failure = {"message": "no upload URL made", "aws_request_id": context.aws_request_id}
        logger.error(json.dumps(failure | {"traceback": traceback.format_exc()}))  # noqa: TRY400
        return answer(500, error="Internal server error")
    return answer(200, **upload, key=key)


def answer(status: int, **body: Any) -> dict[str, Any]:
    """A REST proxy response."""
    return {"statusCode": status, "headers": HEADERS, "body": json.dumps(body)}
