from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deployer import config
from deployer.app import App
from deployer.errors import ConfigError
from deployer.refs import Join, Ref
from deployer.resource import kinds
from deployer.stack import Stack

TEXT = """
project: shop
region: us-east-1
apps:
  web:
    buckets: {files: {}}
    functions: {worker: {source: code}}
    api: {routes: {GET /: worker}}
"""


def stack(**changes: Any) -> Stack:
    return replace(Stack("shop", "dev", "us-east-1", Path()), **changes)


@pytest.fixture
def app(tmp_path: Path) -> App:
    (tmp_path / "config.yaml").write_text(TEXT)
    found = config.read(tmp_path / "config.yaml")
    return found.declared(found.stack(), ("web",))[0]


def test_every_kind_has_a_file_of_its_name_and_a_test() -> None:
    for kind in kinds():
        assert kind.__module__ == f"deployer.resources.{kind.kind}"
        assert (Path(__file__).parents[1] / "resources" / f"test_{kind.kind}.py").is_file()


def test_global_names_differ_between_accounts_and_regions_and_never_in_length() -> None:
    here = stack().global_name("web", "files")
    elsewhere = stack(region="eu-west-1").global_name("web", "files")
    others = stack(account="123456789012").global_name("web", "files")
    assert len({here, elsewhere, others}) == 3
    assert here.startswith("shop-dev-web-files-")
    assert len(here) == len(elsewhere) == len(others)


def test_marks_tell_apart_what_names_do_not() -> None:
    assert stack(project="a-b", stage="c").prefix == stack(project="a", stage="b-c").prefix
    assert stack(project="a-b", stage="c").mark != stack(project="a", stage="b-c").mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${buckets.files.name}", Ref("web.bucket.files", "name")),
        ("${ api.url }", Ref("web.rest_api.api", "url")),
        ("${api.url}/x?$y", Join((Ref("web.rest_api.api", "url"), "/x?$y"))),
        ("$${api.url}", "${api.url}"),
        (
            "${functions.worker.arn}:${buckets.files.arn}",
            Join((Ref("web.function.worker", "arn"), ":", Ref("web.bucket.files", "arn"))),
        ),
    ],
)
def test_references_in_texts(app: App, text: str, expected: object) -> None:
    assert app.text(text, app.place("buckets")) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("${tables.files.name}", "starts with one of: api, buckets, functions"),
        ("${buckets.other.name}", "${buckets.files.…}"),
        ("${buckets.files.color}", "it has: name, arn"),
        ("${buckets}", "${buckets.files.…}"),
        ("${api}", "it has: url, id, arn"),
        ("${}", "starts with one of"),
    ],
)
def test_references_to_nothing(app: App, text: str, hint: str) -> None:
    with pytest.raises(ConfigError, match="refers to nothing") as caught:
        app.text(text, app.place("buckets"))
    assert hint in caught.value.hint
    assert caught.value.line == 6


def test_deployer_and_emulator_agree_on_what_lambda_reserves() -> None:
    """Neither knows the other, so each has its own list."""
    from deployer.resources import function
    from localdev.functions import variables

    assert function._RESERVED == variables.RESERVED
