from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from deployer.package import Code
from tests.resources.worlds import World, answer, changes

CONFIG = """
buckets:
  files: {}
functions:
  worker:
    source: code
    architecture: arm64
    memory: 256
    timeout: 10
    description: does the work
    environment: {BUCKET_NAME: "${buckets.files.name}"}
    grants: {files: read}
    example: "{}"
    log_retention_days: 30
"""
EDITED = """
buckets:
  files: {}
functions:
  worker: {source: other, handler: main.handler, runtime: python3.11, architecture: arm64, environment: {MODE: fast}}
"""


def _configure(property: str) -> Callable[[World, str, Any], None]:
    def write(world: World, name: str, value: Any) -> None:
        world.client("lambda").update_function_configuration(FunctionName=name, **{property: value})

    return write


def _role(world: World, name: str, arn: str) -> None:
    iam = world.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=arn.rpartition("/")[2], AssumeRolePolicyDocument=TRUST)
    world.client("lambda").update_function_configuration(FunctionName=name, Role=arn)


def _environment(world: World, name: str, value: Any) -> Any:
    world.client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": value or {}})
    return value or {}


def _zip(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", content)
    return buffer.getvalue()


def _code(world: World, name: str, _: Any) -> Code:
    code = _zip("def handler(event, context):\n    return 'other'\n")
    return Code(world.client("lambda").update_function_code(FunctionName=name, ZipFile=code)["CodeSha256"])


def _architectures(world: World, name: str, value: list[str]) -> None:
    sha256 = world.client("lambda").get_function_configuration(FunctionName=name)["CodeSha256"]
    zips = [file.read_bytes() for file in world.folder.rglob("*.zip")]
    same = next(each for each in zips if base64.b64encode(hashlib.sha256(each).digest()).decode() == sha256)
    world.client("lambda").update_function_code(FunctionName=name, ZipFile=same, Architectures=value)


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    found = world.client("lambda").get_function(FunctionName=name)
    arn = found["Configuration"]["FunctionArn"]
    world.client("lambda").untag_resource(Resource=arn, TagKeys=list(found["Tags"]))
    world.client("lambda").tag_resource(Resource=arn, Tags=tags)


def LOOK(world: World, name: str) -> Any:
    found = answer(world.client("lambda").get_function, FunctionName=name)
    return found["Configuration"], found.get("Tags")


_SETTINGS = ("Handler", "Runtime", "Timeout", "MemorySize", "Description")


def _layers(world: World, name: str, arns: list[str]) -> list[str]:
    """Layers of their own, for there must be one of each name."""
    client = world.client("lambda")
    made = [client.publish_layer_version(LayerName="by-hand", Content={"ZipFile": _zip("")}) for _ in arns]
    found = [layer["LayerVersionArn"] for layer in made]
    client.update_function_configuration(FunctionName=name, Layers=found)
    return found


WRITE = {
    **{property: _configure(property) for property in _SETTINGS},
    "Role": _role,
    "Environment": _environment,
    "Code": _code,
    "Architectures": _architectures,
    "Layers": _layers,
    "EphemeralStorage": _configure("EphemeralStorage"),
    "LoggingConfig": _configure("LoggingConfig"),
    "Tags": _tag,
}
OTHER = {
    r"Role changed": lambda arn: f"{arn.partition('role/')[0]}role/by-hand",
    r"Runtime changed": "python3.13",
    r"Architectures\[0\] changed": lambda now: {"x86_64": "arm64", "arm64": "x86_64"}[now],
    r"Environment added": {"ADDED": "by hand"},
    r"Layers added": "by-hand",
    r"LoggingConfig added": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"},
    r"LoggingConfig\.LogFormat changed": "JSON",
    r"LoggingConfig\.LogGroup changed": "/aws/lambda/by-hand",
}
NOT_IN_MOTO = {r"Architectures\[0\] changed": "moto leaves it as it is"}
IMPOSSIBLE = {
    r"(Role|Handler|Runtime|Timeout|MemorySize|Description|Code|Architectures) removed": "a function has it",
    r"Architectures(\[0\] removed| added)": "there is one",
    r"(EphemeralStorage|LoggingConfig)(\.\w+)? removed|EphemeralStorage added": "a function has it",
    r"Failure changed": "it is Lambda that gives up: tests/deployer has it play that",
}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def FOREIGN(world: World, name: str, tags: dict[str, str]) -> None:
    role = world.client("iam").create_role(RoleName=f"{name}-foreign", AssumeRolePolicyDocument=TRUST)
    world.client("lambda").create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": _zip("")},
        Tags=tags,
    )
    world.client("lambda").get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.1})


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
