"""Makes a password, keeps it in S3 and answers where. The password itself is neither answered nor logged."""

import json
import logging
import os
import secrets
import traceback
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import password
import request
from botocore.config import Config
from botocore.exceptions import ClientError

# What S3 answers to "only if there is none": there is one, or one is being written at this moment.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
EXISTS = ("PreconditionFailed", "ConditionalRequestConflict")

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)
logging.getLogger("botocore").setLevel(logging.WARNING)  # at DEBUG it logs its requests, session token included

# Two calls of two tries each, 6 s a try: also a lasting failure is answered before the function's 30 s are over.
patience = Config(connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})
s3 = boto3.client("s3", config=patience)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer a direct invocation with a request, or an API Gateway REST proxy event with one as its body."""
    try:
        wanted = request.parse(event)
        made = make(wanted)
    except request.BadRequestError as error:
        return answer(400, error=str(error))
    except Exception as error:
        log_failure(error, context.aws_request_id)
        return answer(500, error="Internal server error")
    logger.info(json.dumps({"message": "password made", "key": made["s3_key"], "length": made["length"]}))
    return answer(200, **made)


def make(wanted: request.Request) -> dict[str, Any]:
    """Make and store a password. Returns what may be told about it."""
    now = datetime.now(UTC)
    name = wanted.name or f"password_{now:%Y%m%d_%H%M%S}_{secrets.token_hex(4)}"
    key = f"passwords/{name}.json"
    classes = [password.CLASSES[switch] for switch, included in wanted.switches.items() if included]
    about = {"length": wanted.length, "created_at": now.isoformat(timespec="seconds")}
    document = {"password": password.generate(wanted.length, classes), **about, "parameters": wanted.switches}
    version_id, existed = store(os.environ["BUCKET_NAME"], key, document)
    message = "Password generated and stored"
    if existed:
        message += " as a new version: there was one of this name, and it is kept"
    names = {"password_name": name, "s3_key": key}
    return {"message": message, **names, **about, "new_version": existed, "version_id": version_id}


def store(bucket: str, key: str, document: dict[str, Any]) -> tuple[str | None, bool]:
    """Put a document. Returns its version id (None without versioning) and whether the key existed.

    The bucket's own settings encrypt it and keep the former version. Raises botocore's errors.
    """
    body = json.dumps(document, indent=2).encode()
    put = partial(s3.put_object, Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    try:
        stored, existed = put(IfNoneMatch="*"), False
    except ClientError as error:
        if error.response["Error"]["Code"] not in EXISTS:
            raise
        stored, existed = put(), True
    return stored.get("VersionId"), existed


def log_failure(error: Exception, request_id: str) -> None:
    """Log what failed and where, without the error's message: botocore's quote parameters, such as the password."""
    reason = type(error).__name__
    if isinstance(error, ClientError):
        reason += f": {error.response['Error']['Code']}"
    where = "".join(traceback.format_tb(error.__traceback__))
    failure = {"message": "no password made", "aws_request_id": request_id, "reason": reason, "traceback": where}
    logger.error(json.dumps(failure))


def answer(status: int, **body: Any) -> dict[str, Any]:
    """A REST proxy response."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
