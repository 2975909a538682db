"""What LocalStack 4.13.1 does for every version of a function, called or not, made cheap in memory.

A deployment makes hundreds of versions at once, and waits until the last of them can be called.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from localstack import config, constants
from localstack.services.lambda_.invocation import lambda_models
from localstack.services.lambda_.invocation.event_manager import LambdaEventManager
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.utils import archives
from localstack.utils.patch import Patch, patch
from localstack.utils.threads import start_thread

from localdev.functions import bytecode


def apply() -> None:
    """Once per process, before the first function is made."""
    patch(TransferConfig.__init__)(transfer_without_threads)
    Patch(lambda_models, "unzip", partial(unzip, archives.unzip)).apply()
    patch(lambda_models.S3Code.generate_presigned_url)(generate_presigned_url)
    patch(LambdaService.create_function_version)(start_first)
    patch(LambdaEventManager.stop)(stop_aside)
    patch(LambdaEventManager.stop_for_update)(stop_aside)


def transfer_without_threads(original: Callable[..., None], self: Any, **settings: Any) -> None:
    """boto3 starts and ends threads for each zip that is kept, and for each that is fetched."""
    original(self, **{**settings, "use_threads": False})


def unzip(original: Callable[..., object], path: str, folder: str) -> None:
    """LocalStack runs a program, which takes three times as long. Python's own knows no links."""
    with zipfile.ZipFile(path) as archive:
        if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in archive.infolist()):
            original(path, folder)
        else:
            archive.extractall(folder)
    bytecode.lead_out(Path(folder).with_name("code"), Path(folder))  # its name when all of it is there


def generate_presigned_url(original: Callable[..., str], self: Any, endpoint_url: str) -> str:
    """LocalStack makes a client for each URL, and each GetFunction answers with a URL."""
    version = {"VersionId": self.s3_object_version} if self.s3_object_version else {}
    parameters = {"Bucket": self.s3_bucket, "Key": self.s3_key, **version}
    url: str = signer(endpoint_url).generate_presigned_url("get_object", Params=parameters)
    return url


@cache
def signer(endpoint_url: str) -> Any:
    return boto3.Session().client(  # a session of its own, for none may make two clients at once
        "s3",
        region_name=constants.AWS_REGION_US_EAST_1,
        aws_access_key_id=config.INTERNAL_RESOURCE_ACCOUNT,
        aws_secret_access_key=constants.INTERNAL_AWS_SECRET_ACCESS_KEY,
        endpoint_url=endpoint_url,
    )


def start_first(original: Callable[..., Any], self: Any, function_version: Any) -> Any:
    """A version that LocalStack has answered for stays ``Pending`` for some milliseconds: as long as a look takes."""
    future = original(self, function_version)
    future.result()
    return future


def stop_aside(original: Callable[..., None], self: Any) -> None:
    """LocalStack waits up to two seconds for a poll to end, in one of the few threads that start versions too.

    What was made after a `down` stayed ``Pending`` until all that was deleted had ended.
    """
    if self.poller is None:
        original(self)
    else:
        start_thread(lambda _: original(self), name="lambda-stop")
