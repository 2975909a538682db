"""S3 where LocalStack's own differs from AWS."""

from __future__ import annotations

import base64
import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator

pytestmark = pytest.mark.emulator
LARGE = os.urandom(2 * 1024**2)  # bytes; LocalStack keeps up to half a megabyte in memory


def test_a_large_object_lies_in_the_emulators_own_folder(emulator: Emulator, client: Callable[..., Any]) -> None:
    s3, bucket = client("s3"), "large-objects-of-one-emulator"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="photo", Body=LARGE)
    assert s3.get_object(Bucket=bucket, Key="photo")["Body"].read() == LARGE
    # The files themselves have no names. Other folders come and go meanwhile, which is nothing to os.walk.
    found = [Path(folder) for folder, folders, _ in os.walk(emulator.root) if bucket in folders]
    assert found == [emulator.root / "tmp" / "s3"]
    assert not Path("/tmp/localstack-s3-storage", bucket).exists()


def test_the_url_of_a_functions_code_leads_to_it(deploy: Callable[..., Any], client: Callable[..., Any]) -> None:
    function = deploy("def handler(event, context): pass")
    found = client("lambda").get_function(FunctionName=function.name)
    with urllib.request.urlopen(found["Code"]["Location"]) as answer:
        digest = hashlib.sha256(answer.read()).digest()
    assert base64.b64encode(digest).decode() == found["Configuration"]["CodeSha256"]
    forged = found["Code"]["Location"].replace("Signature=", "Signature=x")
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(forged)
    refused.value.close()


@pytest.mark.feature("S3", "tags, gone with what had them")
def test_a_bucket_has_no_tags_of_an_earlier_one(client: Callable[..., Any]) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="twice", CreateBucketConfiguration={"Tags": [{"Key": "whose", "Value": "mine"}]})
    assert s3.get_bucket_tagging(Bucket="twice")["TagSet"] == [{"Key": "whose", "Value": "mine"}]
    s3.delete_bucket(Bucket="twice")
    s3.create_bucket(Bucket="twice")
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket="twice")
    s3.delete_bucket(Bucket="twice")
