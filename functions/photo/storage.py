"""The photos in S3: whether there is one, and URLs that take one.

Such a URL is for one PUT. Its signature binds the key, the type, the exact length and the condition that there be no
such key yet, and S3 verifies each. The other way, a presigned POST with `content-length-range`, wants a form around
the photo and knows no such condition. The body of a PUT is the file itself: a page sends it as it lies on the disk and
shows how far it has got.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = os.environ["BUCKET_NAME"]
EXPIRES_IN = 300  # seconds
EMULATED = "AWS_ENDPOINT_URL" in os.environ or "AWS_ENDPOINT_URL_S3" in os.environ

s3 = boto3.client(
    "s3",
    config=Config(
        signature_version="s3v4",
        # On AWS the region's own address: botocore would sign for the global one, which redirects to other regions,
        # and no browser lets a preflight be redirected. On emulators by path: nobody resolves `bucket.localhost`.
        s3={"addressing_style": "path" if EMULATED else "virtual", "us_east_1_regional_endpoint": "regional"},
        # At most 9 s, with a second between the tries: the function has 10.
        connect_timeout=1,
        read_timeout=3,
        retries={"total_max_attempts": 2, "mode": "standard"},
    ),
)


def exists(key: str) -> bool:
    """Whether there is such a photo. Raises ClientError.

    For a clear answer only: what keeps a photo from being overwritten is the condition in the signed URL.
    """
    try:
        s3.head_object(Bucket=BUCKET, Key=key)
    except ClientError as error:
        # S3 says 404 to those who may list the bucket, and 403 to all others: our role may read uploads, not list
        # them. That 403 may also mean a role without any rights; then S3 refuses the upload.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html, "Permissions"
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return False
        raise
    return True


def sign_upload(key: str, content_type: str, size: int) -> dict[str, Any]:
    """The request that writes a photo of `size` bytes: {"url", "method", "headers", "expires_in": seconds}.

    The length is signed too, but not among the headers: clients send it by themselves, and pages may not set it.
    Whoever has the URL may use it, until it expires or there is such a photo: it is a secret, and not for logs.
    """
    url = s3.generate_presigned_url(
        "put_object",
        Params={
            "Bucket": BUCKET,
            "Key": key,
            "ContentType": content_type,
            "ContentLength": size,
            "IfNoneMatch": "*",
        },
        ExpiresIn=EXPIRES_IN,
    )
    headers = {"Content-Type": content_type, "If-None-Match": "*"}
    return {"url": url, "method": "PUT", "headers": headers, "expires_in": EXPIRES_IN}
