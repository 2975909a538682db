from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from deployer.aws import Aws
from tests.resources.worlds import World, changes

CONFIG = """
buckets:
  files: {}
functions:
  worker:
    source: code
    memory: 256
    timeout: 10
    description: does the work
    environment: {BUCKET_NAME: "${buckets.files.name}"}
"""
EDITED = """
buckets:
  files: {}
functions:
  worker: {source: code, memory: 512, environment: {MODE: fast}}
"""


def _configuration(**arguments: Any) -> Any:
    return lambda aws, name: aws.client("lambda").update_function_configuration(FunctionName=name, **arguments)


def _zip(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", content)
    return buffer.getvalue()


def _code(aws: Aws, name: str) -> None:
    code = _zip("def handler(event, context):\n    return 'other'\n")
    aws.client("lambda").update_function_code(FunctionName=name, ZipFile=code)


def _tags(aws: Aws, name: str) -> None:
    arn = aws.stack.arn("lambda", f"function:{name}")
    aws.client("lambda").untag_resource(Resource=arn, TagKeys=["skiff:id"])


DRIFT = {
    "Handler": _configuration(Handler="other.handler"),
    "Runtime": _configuration(Runtime="python3.11"),
    "Timeout": _configuration(Timeout=11),
    "MemorySize": _configuration(MemorySize=1024),
    "Description": _configuration(Description="changed by hand"),
    "Environment": _configuration(Environment={"Variables": {"BUCKET_NAME": "other"}}),
    "Code": _code,
    "Tags": _tags,
}


def FOREIGN(aws: Aws, name: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = aws.client("iam").create_role(RoleName=f"{name}-foreign", AssumeRolePolicyDocument=json.dumps(trust))
    aws.client("lambda").create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": _zip("")},
    )


def test_it_gets_its_references(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    names = {outcome.change.kind.kind: outcome.change.name for outcome in outcomes}
    found = aws.client("lambda").get_function_configuration(FunctionName=names["function"])
    assert found["Environment"]["Variables"] == {"BUCKET_NAME": names["bucket"]}
    assert found["Role"].endswith(names["role"])


def test_a_saved_file_is_the_only_change(world: World) -> None:
    world.up(CONFIG)
    (world.folder / "code" / "app.py").write_text("def handler(event, context):\n    return 'new'\n")
    assert changes(world.plan(CONFIG)[1]) == {"demo.function.worker": ("update", ["Code"])}
    world.up(CONFIG)
    assert changes(world.plan(CONFIG)[1]) == {}
