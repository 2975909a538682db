"""What the laws run against: moto in this process, and LocalStack."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from deployer import apply, config, plan, report
from deployer.apply import Outcome
from deployer.aws import Aws
from deployer.plan import Plan
from deployer.stack import Stack

BLOCKED: Any = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
ENCRYPTED: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
PAGE = "<!doctype html><title>Hello</title><link rel=stylesheet href=style.css><p>Hello"
HANDLER = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
FILES = {
    "code/app.py": HANDLER,
    "other/main.py": HANDLER,
    "pages/index.html": PAGE,
    "pages/style.css": "body { color: green }\n",
    "more/404.html": "<!doctype html><title>Nothing</title><p>Nothing here",
}
_PASSING = {
    "ResponseMetadata",
    "LastModified",
    "RevisionId",
    "createdDate",
    "lastUpdatedDate",
    "deploymentId",
    "rootResourceId",
    "cacheNamespace",
}


@dataclass
class World:
    """One stack of its own.

    ``folder`` holds its config.yaml, a function's ``code/`` and a site's ``pages/``, and others to change to.
    """

    folder: Path
    project: str
    endpoint_url: str | None
    stage: str = "test"
    region: str = "us-east-1"
    app: str = "demo"

    def __post_init__(self) -> None:
        for name, text in FILES.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)

    def config(self, sections: str) -> config.Config:
        """``sections`` is the body of the app in YAML; without any there is no app."""
        body = "".join(f"    {line}\n" for line in sections.strip("\n").splitlines())
        app = f"\n  {self.app}:\n{body}" if body else " {}\n"
        text = f"project: {self.project}\nstage: {self.stage}\nregion: {self.region}\napps:{app}"
        file = self.folder / "config.yaml"
        file.write_text(text)
        return config.read(file)

    def aws(self, sections: str) -> tuple[Aws, config.Config]:
        found = self.config(sections)
        # Clients are dear, and the same for every stack.
        aws = _made(self.endpoint_url, found.region).at(found.stack(self.endpoint_url))
        aws.calls.reading = aws.calls.writing = 0
        aws.stopping.clear()  # a plan that failed has set it
        return aws.at(aws.identify()), found

    def client(self, service: str) -> Any:
        """Another client: plain boto3, which has nothing to do with the deployer."""
        return _client(self.endpoint_url, self.region, service)

    def plan(self, sections: str) -> tuple[Aws, Plan]:
        aws, found = self.aws(sections)
        return aws, plan.make(aws, plan.declare(found.declared(aws.stack, found.select(()))), None)

    def up(self, sections: str) -> tuple[Aws, list[Outcome]]:
        aws, made = self.plan(sections)
        return aws, run(aws, made)

    def down(self, sections: str) -> tuple[Aws, list[Outcome]]:
        aws, _ = self.aws(sections)
        return aws, run(aws, plan.make(aws, {}, None))


def answer(call: Any, **arguments: Any) -> Any:
    """What AWS says, without what differs each time; of a refusal its code."""
    try:
        return _lasting(call(**arguments))
    except ClientError as error:
        return error.response["Error"]["Code"]


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(item) for key, item in value.items() if key not in _PASSING}
    return [_lasting(item) for item in value] if isinstance(value, list) else value


@functools.cache
def _client(endpoint_url: str | None, region: str, service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": region}
    return boto3.client(service, endpoint_url=endpoint_url, **keys)


@functools.cache
def _made(endpoint_url: str | None, region: str) -> Aws:
    aws = Aws(Stack("any", "any", region, Path(), endpoint_url=endpoint_url))
    if endpoint_url is None:
        _teach_moto_new_buckets(aws)
    return aws


def _teach_moto_new_buckets(aws: Aws) -> None:
    """S3, and LocalStack, take tags with CreateBucket, block public access and encrypt; moto does none of it."""
    s3 = aws.client("s3")
    other = boto3.client("s3", region_name=aws.stack.region)
    tags: dict[str, Any] = {}

    def remember(params: Any, **_: Any) -> None:
        tags[params["Bucket"]] = params.get("CreateBucketConfiguration", {}).get("Tags")

    def finish(http_response: Any, **_: Any) -> None:
        name = http_response.url.rpartition("/")[2] or http_response.url.split("//")[1].partition(".")[0]
        if tags.get(name) and http_response.status_code == 200:
            other.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags.pop(name)})
            other.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
            other.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [ENCRYPTED]})

    s3.meta.events.register("provide-client-params.s3.CreateBucket", remember)
    s3.meta.events.register("after-call.s3.CreateBucket", finish)


def run(aws: Aws, made: Plan) -> list[Outcome]:
    outcomes = apply.run(aws, made, report.Quiet())
    failures = [f"{each.change.id} {each.end}: {each.error}" for each in outcomes if each.end != "done"]
    assert not failures, failures
    return outcomes


def changes(made: Plan) -> dict[str, Any]:
    """Id to what is to change, for a readable assertion."""
    return {change.id: (change.action, sorted(change.differences)) for change in made.changes}
