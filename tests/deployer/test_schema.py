"""The schema that editors get says what the models say."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from deployer import config
from deployer.resource import kinds
from deployer.schema import schema
from tests.cli.test_config import BAD
from tests.docs.test_examples import shown
from tests.launcher import ROOT

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
WHOLE = yaml.safe_load((ROOT / "config.yaml").read_text())
WHOLE["apps"]["qr"]["keys"] = {"secret": {"description": "A key", "rotate": False}}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 20_000)
    # A whole number with a point is an integer for JSON Schema, and none for the models.
    | st.floats(0.1, 20_000).filter(lambda number: not number.is_integer())
    | st.sampled_from(["", "GET", "arm64", "us-east-1", "images", "My Shop", "a-b", "${site.origin}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "B", "rate"]), inner, max_size=2),
    max_leaves=3,
)


def models_accept(data: Any) -> bool:
    try:
        config.model(kinds()).model_validate(data)
    except ValidationError:
        return False
    return True


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything in a configuration."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


PLACES = list(places(WHOLE))


def changed(place: tuple[Any, ...], change: str, key: str, value: Any) -> Any:
    """The configuration with one thing in it replaced, renamed, taken away, or something put beside it."""
    whole = copy.deepcopy(WHOLE)
    parent = whole
    for part in place[:-1]:
        parent = parent[part]
    last = place[-1]
    if change == "replace":
        parent[last] = value
    elif change == "remove" or isinstance(parent, list):
        del parent[last]
    else:
        parent[key] = parent.pop(last) if change == "rename" else value
    return whole


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(PLACES),
    st.sampled_from(["replace", "rename", "remove", "add"]),
    st.sampled_from(["other", "Other", "my_name", "a--b", "memory", "cors", "x" * 70]),
    values,
)
def test_it_refuses_what_the_models_refuse_and_nothing_else(
    place: tuple[Any, ...], change: str, key: str, value: Any
) -> None:
    data = changed(place, change, key, value)
    assert VALIDATOR.is_valid(data) == models_accept(data)


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_the_mistakes_that_the_models_refuse(name: str) -> None:
    try:
        data = yaml.safe_load(BAD[name][0])
    except (yaml.YAMLError, ValueError):
        return  # no editor gets as far as the schema
    assert VALIDATOR.is_valid(data) == models_accept(data)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.section], ids=lambda kind: kind.kind)
def test_every_key_is_explained(kind: Any) -> None:
    explained: dict[str, Any] = SCHEMA["$defs"][kind.Spec.__name__]["properties"]
    fields: dict[str, Any] = kind.Spec.model_fields
    assert {key: each["description"] for key, each in explained.items()} == {
        key: field.description for key, field in fields.items()
    }
    assert SCHEMA["$defs"]["App"]["properties"][kind.section]["description"] == kind.Spec.__doc__


@pytest.mark.parametrize(
    "configuration",
    [(ROOT / "config.yaml").read_text(), shown("README.md")],
    ids=["config.yaml", "README"],
)
def test_what_we_show_is_valid(configuration: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(configuration))] == []


def test_what_the_tutorial_shows_is_valid() -> None:
    data = {"project": "skiff", "region": "us-east-1", "apps": yaml.safe_load(shown("docs/tutorial.md"))}
    assert [error.message for error in VALIDATOR.iter_errors(data) if error.validator != "required"] == []


def test_the_configuration_names_the_schema_for_editors() -> None:
    first = (ROOT / "config.yaml").read_text().splitlines()[0]
    start, _, path = first.partition("=")
    assert start == "# yaml-language-server: $schema"
    assert json.loads(Path(ROOT, path).read_text()) == SCHEMA
