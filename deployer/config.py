"""``config.yaml`` to typed sections; every error has a file and a line."""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from deployer import partitions
from deployer.app import App
from deployer.errors import ConfigError, UsageError
from deployer.package import Interpreters
from deployer.resource import Resource, kinds
from deployer.stack import Stack
from deployer.yaml_lines import Lines, load

# Names become parts of bucket names, the strictest of all: lower case letters, digits, hyphens.
_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Name = Annotated[str, StringConstraints(pattern=_NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@functools.cache
def model(of: tuple[type[Resource], ...]) -> type[BaseModel]:
    """The model of the whole file, put together from the kinds."""
    fields: dict[str, Any] = {}
    for kind in of:
        if kind.section:
            title = kind.Spec.__doc__ or ""
            spec: Any = kind.Spec
            fields[kind.section] = (
                (spec | None, Field(None, description=title))
                if kind.single
                else (dict[Name, spec], Field({}, description=title))
            )
    app = create_model("App", __base__=_Strict, **fields)
    return create_model(
        "Config",
        __base__=_Strict,
        project=(Name, Field(description="Starts every name in AWS.")),
        stage=(Name, Field("dev", description="One of several copies of the project; --stage overrides it.")),
        region=(str, Field(description="The region, such as us-east-1.")),
        apps=(dict[Name, app], Field(description="The apps, by name.")),
    )


@dataclass(frozen=True)
class Config:
    """A valid configuration: ``apps`` holds each app's sections."""

    project: str
    stage: str
    region: str
    apps: dict[str, Any]
    lines: Lines

    def stack(self, endpoint_url: str | None = None, interpreters: Interpreters | None = None) -> Stack:
        root = self.lines.file.parent
        return Stack(self.project, self.stage, self.region, root, endpoint_url=endpoint_url, interpreters=interpreters)

    def select(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The apps a command is about: those named, or all.

        Raises:
            UsageError: there is no app of that name.
        """
        for name in names:
            if name not in self.apps:
                raise UsageError(f"there is no app '{name}' in {self.lines.file}", _guess(name, list(self.apps)))
        return names or tuple(self.apps)

    def function(self, path: str) -> tuple[str, str]:
        """The app and the name that ``app.function`` means.

        Raises:
            UsageError: there is no such function.
        """
        app, _, name = path.partition(".")
        known = [f"{each}.{function}" for each in self.apps for function in self.apps[each].functions]
        if path not in known:
            hint = _guess(path, known) or "the configuration has no functions"
            raise UsageError(f"there is no function '{path}' in {self.lines.file}", hint)
        return app, name

    def declared(self, stack: Stack, names: tuple[str, ...]) -> list[App]:
        return [App(stack, name, self.apps[name], self.lines) for name in names]


def read(file: Path, stage: str | None = None) -> Config:
    """Read and validate a configuration.

    Args:
        stage: overrides the file's own.

    Raises:
        ConfigError: the first thing that is wrong.
    """
    data, lines = load(file)
    if not isinstance(data, dict):
        raise ConfigError("must be a mapping", "start it with: project, region, apps", file)
    schema = model(kinds())
    try:
        parsed: Any = schema.model_validate(data)
    except ValidationError as invalid:
        # An unknown key first: where one is misspelt, another is missing.
        ranked = sorted(
            invalid.errors(), key=lambda error: (error["type"] != "extra_forbidden", lines.line(error["loc"]))
        )
        raise _explain(ranked[0], lines, schema) from None
    if parsed.region not in partitions.regions():
        close = " or ".join(f"'{each}'" for each in difflib.get_close_matches(parsed.region, partitions.regions(), n=2))
        hint = f"did you mean {close}?" if close else "such as us-east-1; a new one may need a newer boto3"
        raise lines.error(("region",), f"'{parsed.region}' is no region of AWS", hint)
    if stage is not None and not re.fullmatch(_NAME, stage):
        raise UsageError(f"--stage '{stage}' is no name", _NAME_HINT)
    return Config(parsed.project, stage or parsed.stage, parsed.region, parsed.apps, lines)


_NAME_HINT = "names are lower case letters, digits and single hyphens, and start with a letter"


def _explain(error: Any, lines: Lines, schema: type[BaseModel]) -> ConfigError:
    place, kind, given = error["loc"], error["type"], error["input"]
    key = str(place[-1])
    where = ".".join(str(part) for part in place if part != "[key]")
    about = _description(place, schema)
    if kind == "extra_forbidden":
        return lines.error(place, f"unknown key '{key}'", _guess(key, _siblings(place, schema)))
    if kind == "missing":
        return lines.error(place[:-1], f"'{where}' is missing", f"add '{key}': {_inside(about)}")
    if kind == "string_pattern_mismatch":
        if error["ctx"]["pattern"] != _NAME:
            return lines.error(place, f"'{given}' is no {key}", about)
        return lines.error(place, f"'{given}' is no name", _NAME_HINT)
    if given is None or kind == "too_short":
        return lines.error(place, f"'{where}' is empty", f"fill it, or remove it: {_inside(about)}")
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return lines.error(place, f"'{where}' is no mapping", f"write keys and values below it: {_inside(about)}")
    if kind == "string_type" and not isinstance(given, dict | list):
        # Not what it is: values of environment variables are often secret.
        noun = {bool: "a yes or no", int: "a number", float: "a number"}.get(type(given), "a date")
        return lines.error(place, f"'{where}' should be a string, not {noun}", "put it in quotes")
    if kind == "literal_error":
        return lines.error(place, f"'{where}' cannot be {given!r}", f"possible here: {error['ctx']['expected']}")
    if kind == "string_too_long":
        text = f"'{where}' has {len(given):,} characters, {error['ctx']['max_length']:,} are possible"
        return lines.error(place, text, f"shorten it: {_inside(about)}")
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    shown = "" if isinstance(given, dict | list) or kind == "value_error" else f", not {given!r}"
    return lines.error(place, f"'{where}' {message}{shown}", about)


def _inside(sentence: str) -> str:
    """A sentence as the end of another one."""
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")


def _description(place: tuple[Any, ...], schema: type[BaseModel]) -> str:
    """What the nearest key on the way to a place is for."""
    at: Any = schema
    found = ""
    for part in place:
        if _is_model(at) and part in at.model_fields:
            found = at.model_fields[part].description or found
            at = at.model_fields[part].annotation
        at = _model_in(at)
    return found


def _siblings(place: tuple[Any, ...], schema: type[BaseModel]) -> list[str]:
    """The keys that may stand where an unknown one does."""
    at: Any = schema
    for part in place[:-1]:
        at = _model_in(at.model_fields[part].annotation if _is_model(at) and part in at.model_fields else at)
    return list(at.model_fields) if _is_model(at) else []


def _model_in(annotation: Any) -> Any:
    if _is_model(annotation):
        return annotation
    return next((found for part in get_args(annotation) if _is_model(found := _model_in(part))), annotation)


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _guess(word: str, words: list[str]) -> str:
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"possible here: {', '.join(words)}" if words else ""
