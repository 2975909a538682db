"""Lambda functions, from a folder of Python."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from deployer import handler, package
from deployer.errors import AwsError
from deployer.refs import Ref
from deployer.resource import Properties, Resource, Spec, Texts

if TYPE_CHECKING:
    from deployer.aws import Aws

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_NAME_LIMIT = 64
_ENVIRONMENT_LIMIT = 4096
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
# https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
_UNDER_WAY = frozenset({"Pending", "InProgress"})
VERSIONS = 5  # of the code that are kept, the one that runs among them
_CONFIGURATION = ("Role", "Handler", "Runtime", "Description", "Timeout", "MemorySize", "Environment")


class FunctionSpec(Spec):
    """Code that runs when it is called."""

    source: str = Field(description="The folder of the code, from the folder of this file.")
    handler: str = Field("app.handler", description="Module and function that get the event, as module.function.")
    runtime: Literal["python3.11", "python3.12", "python3.13"] = Field(
        "python3.12", description="The Python that runs it."
    )
    architecture: Literal["x86_64", "arm64"] = Field("x86_64", description="The processor that runs it.")
    memory: int = Field(128, ge=128, le=10_240, description="Memory, in MB. Processor power grows with it.")
    timeout: int = Field(3, ge=1, le=900, description="A call is ended after so many seconds.")
    description: str = Field("", max_length=256, description="For people who meet it in the console.")
    environment: dict[str, str] = Field({}, description="Environment variables; may hold ${...} references.")
    grants: dict[str, Texts] = Field({}, description="What it may do with what, such as 'images: write'.")
    example: str | None = Field(None, description="An event to try it with, for the line that 'up' prints.")
    log_retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365] = Field(
        14, description="Log lines are deleted at this age."
    )


class Function(Resource):
    kind = "function"
    section = "functions"
    Spec = FunctionSpec
    deleted_after = ("permission",)
    attributes = ("name", "arn")
    secret = frozenset({"Environment"})
    permissions = (
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:GetFunction",
        "lambda:ListFunctions",
        "lambda:ListTags",
        "lambda:TagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    )

    _code: package.Code | None = None

    @property
    def physical(self) -> str:
        return self.stack.name(self.app.name, self.name)

    @property
    def after(self) -> frozenset[str]:
        return frozenset({f"{self.app.name}.role.{self.name}", f"{self.app.name}.log_group.{self.name}"})

    @cached_property
    def _source(self) -> package.Source:
        return package.Source(self.stack.root / self.spec.source, self.spec.runtime, self.spec.architecture)

    def check(self) -> None:
        error = self.app.lines.error
        if len(self.physical) > _NAME_LIMIT:
            text = (
                f"the function's name '{self.physical}' has {len(self.physical)} characters, AWS allows {_NAME_LIMIT}"
            )
            raise error(self.place, text, "shorten the project, stage, app or function name")
        if not self._source.folder.is_dir():
            missing = not self._source.folder.exists()
            text = (
                f"the folder '{self.spec.source}' does not exist" if missing else f"'{self.spec.source}' is no folder"
            )
            raise error((*self.place, "source"), text, f"paths start at the folder of {self.app.lines.file.name}")
        if fault := handler.fault(self.spec.handler, self._source.folder, self.spec.source):
            raise error((*self.place, "handler"), *fault)
        self._check_example()
        size = len(json.dumps(self.spec.environment))
        if size > _ENVIRONMENT_LIMIT:
            text = f"the environment has {size:,} bytes, AWS allows {_ENVIRONMENT_LIMIT:,}"
            raise error((*self.place, "environment"), text, "keep large settings in a bucket")
        self._environment()

    def _check_example(self) -> None:
        try:
            json.loads(self.spec.example or "{}")
        except ValueError as wrong:
            text = f"the example of '{self.name}' is no JSON: {wrong}"
            raise self.app.lines.error(
                (*self.place, "example"), text, """such as example: '{"length": 20}'"""
            ) from None

    def _environment(self) -> dict[str, Any]:
        place = (*self.place, "environment")
        for key in self.spec.environment:
            if key in _RESERVED:
                raise self.app.lines.error((*place, key), f"'{key}' is reserved: Lambda sets it", "choose another name")
            if not re.fullmatch(r"[A-Za-z]\w+", key, re.ASCII):
                text = f"'{key}' is no name of a variable"
                hint = "letters, digits and underscores, at least two, and a letter first"
                raise self.app.lines.error((*place, key), text, hint)
        return {key: self.app.text(text, (*place, key)) for key, text in self.spec.environment.items()}

    def sources(self) -> list[Path]:
        return [self._source.folder]

    def prepare(self) -> None:
        cache = self.stack.root / ".cache" / "packages"
        self._code = package.build(self._source, cache, self.stack.interpreters)

    def desired(self) -> Properties:
        return {
            "Role": Ref(f"{self.app.name}.role.{self.name}", "arn"),
            "Handler": self.spec.handler,
            "Runtime": self.spec.runtime,
            "Architectures": [self.spec.architecture],
            "Description": self.spec.description,
            "Timeout": self.spec.timeout,
            "MemorySize": self.spec.memory,
            "Environment": self._environment(),
            **_usual(self.physical),
            "Code": self._code,
            "Failure": None,
            "Tags": self.tags,
        }

    def static(self) -> dict[str, str]:
        return {"name": self.physical, "arn": self.stack.arn("lambda", f"function:{self.physical}")}

    def examples(self, have: Properties, again: Callable[[str], str]) -> list[str]:
        example = self.spec.example
        return [f"{again('invoke')} {self.app.name}.{self.name} --data {shlex.quote(example)}"] if example else []

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        functions = aws.pages("lambda", "list_functions", "Functions")
        names = [item["FunctionName"] for item in functions if item["FunctionName"].startswith(aws.stack.prefix)]
        found = aws.together(*(lambda name=name: _get(aws, name) for name in names))
        return {name: answer.get("Tags", {}) for name, answer in zip(names, found, strict=True) if answer}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        answer = _get(aws, name)
        if answer is None:
            return None
        configuration = answer["Configuration"]
        return {
            **{key: configuration.get(key) for key in _CONFIGURATION},
            "Architectures": configuration["Architectures"],
            "Environment": configuration.get("Environment", {}).get("Variables", {}),
            "Layers": [layer["Arn"] for layer in configuration.get("Layers", [])],
            **{key: configuration.get(key, value) for key, value in _usual(name).items() if key != "Layers"},
            "Code": package.Code(configuration["CodeSha256"]),
            "Failure": _failure(configuration),
            "Pending": _is_busy(answer),
            "Tags": answer.get("Tags", {}),
            "Changed": datetime.fromisoformat(configuration["LastModified"]),
        }

    @classmethod
    def pending(cls, have: Properties) -> bool:
        if have["Failure"]:
            raise AwsError(f"Lambda gave up: {have['Failure']}")
        return bool(have["Pending"])

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        code = {"ZipFile": want["Code"].content()}
        architectures, tags = want["Architectures"], want["Tags"]
        settings = _settings(want)
        aws.create(
            "lambda",
            "create_function",
            FunctionName=name,
            Code=code,
            Architectures=architectures,
            Tags=tags,
            Publish=True,
            **settings,
        )

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        if not want["Tags"].items() <= have["Tags"].items():
            arn = aws.stack.arn("lambda", f"function:{name}")
            aws.call("lambda", "tag_resource", Resource=arn, Tags=want["Tags"])
        unusual = {key: value for key, value in _usual(name).items() if have[key] != value}
        configure = bool(unusual) or any(have[key] != want[key] for key in _CONFIGURATION)
        if configure:
            aws.call("lambda", "update_function_configuration", FunctionName=name, **_settings(want), **unusual)
        if any(have[key] != want[key] for key in ("Code", "Architectures", "Failure")):
            if configure:
                aws.until(lambda: not _is_busy(_get(aws, name)), "waiting for the function's last update")
            code = {"ZipFile": want["Code"].content(), "Architectures": want["Architectures"]}
            published = aws.call("lambda", "update_function_code", FunctionName=name, Publish=True, **code)
            _forget(aws, name, int(published["Version"]) - VERSIONS)

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        aws.find("lambda", "delete_function", absent="ResourceNotFoundException", FunctionName=name)


def _is_busy(answer: Any) -> bool:
    configuration = answer["Configuration"] if answer else {}
    return bool(_UNDER_WAY & {configuration.get("State"), configuration.get("LastUpdateStatus")})


def _get(aws: Aws, name: str) -> Any:
    return aws.find("lambda", "get_function", absent="ResourceNotFoundException", FunctionName=name)


def _forget(aws: Aws, name: str, version: int) -> None:
    """Delete a version, but for one that somebody's alias leads to."""
    if version > 0:
        gone = ("ResourceNotFoundException", "ResourceConflictException")
        aws.find("lambda", "delete_function", gone, FunctionName=name, Qualifier=str(version))


def _failure(configuration: Any) -> str | None:
    """Why the function cannot be used, if Lambda gave up making or changing it."""
    for status, reason in (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason")):
        if configuration.get(status) == "Failed":
            return configuration.get(reason) or "it does not say why"
    return None


def _usual(name: str) -> dict[str, Any]:
    """What Lambda gives a function of which nothing else is said, and code, role and log group rely on."""
    return {
        "Layers": [],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }


def _settings(want: Properties) -> dict[str, Any]:
    return {**{key: want[key] for key in _CONFIGURATION}, "Environment": {"Variables": want["Environment"]}}
