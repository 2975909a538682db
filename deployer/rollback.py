"""Back to the code that ran before: Lambda keeps published versions, and hands out their code."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from deployer.errors import AwsError, NotConverged, SkiffError
from deployer.plan import ours

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.resource import Resource

_DOWNLOAD = 60  # seconds without a byte


@dataclass(frozen=True)
class Version:
    """A published version of a function's code; ``sha256`` as Lambda spells it."""

    number: int
    published: datetime
    sha256: str


def rollback(aws: Aws, function: Resource, up: str) -> Version:
    """Let a function run the newest published code that is not what it runs; returns when it does.

    Args:
        up: what to do when it is not there.

    Raises:
        SkiffError: it is not deployed, not ours, or has no other code.
        AwsError: Lambda refused it.
    """
    name, path = function.physical, f"{function.app.name}.{function.name}"
    have = function.observe(aws, name)
    if have is None or not ours(function, have):
        raise SkiffError(f"{path} is not deployed", up)
    versions = _versions(aws, name)
    other = next((each for each in versions if each.sha256 != have["Code"].sha256), None)
    if other is None:
        raise SkiffError(
            f"no other code of {path} was published", "each 'up' that changes its code publishes a version"
        )
    found = aws.call("lambda", "get_function", FunctionName=name, Qualifier=str(other.number))
    code = _download(aws, found["Code"]["Location"])
    if base64.b64encode(hashlib.sha256(code).digest()).decode() != other.sha256:
        raise AwsError(f"the code of version {other.number} was damaged on its way", "run the same command again")
    architectures = found["Configuration"]["Architectures"]
    aws.call("lambda", "update_function_code", FunctionName=name, ZipFile=code, Architectures=architectures)

    def live() -> bool:
        nonlocal have
        have = function.observe(aws, name)
        return have is None or not function.pending(have)

    aws.until(live, "waiting for the function to become active")
    if have is None or have["Code"].sha256 != other.sha256:
        raise NotConverged(f"{path} was changed by someone else at the same time", "run 'plan' to see what is there")
    return other


def _versions(aws: Aws, name: str) -> list[Version]:
    """The published ones, newest first."""
    listed = aws.pages("lambda", "list_versions_by_function", "Versions", FunctionName=name)
    found = [
        Version(int(each["Version"]), datetime.fromisoformat(each["LastModified"]), each["CodeSha256"])
        for each in listed
        if each["Version"] != "$LATEST"
    ]
    return sorted(found, key=lambda version: version.number, reverse=True)


def _download(aws: Aws, url: str) -> bytes:
    """What a presigned URL leads to; the URL is a secret, and in no message."""
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    # Emulators are near, whatever HTTP_PROXY says.
    proxies = {} if aws.stack.endpoint_url else get_environ_proxies(url)
    session = URLLib3Session(proxies=proxies, timeout=_DOWNLOAD)
    try:
        answer = session.send(AWSRequest("GET", url).prepare())
    except BotoCoreError as error:
        raise AwsError(f"the code cannot be downloaded: {type(error).__name__}", "run the same command again") from None
    finally:
        session.close()
    if answer.status_code != 200:
        raise AwsError(f"the code cannot be downloaded: S3 answers {answer.status_code}", "run the same command again")
    content: bytes = answer.content
    return content
