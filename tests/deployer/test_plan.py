from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployer import config, plan, resource
from deployer.app import App
from deployer.errors import ConfigError
from deployer.refs import Ref
from deployer.resource import Properties, Resource

HEAD = "project: shop\nregion: us-east-1\n"


def apps(folder: Path, text: str) -> list[App]:
    (folder / "config.yaml").write_text(HEAD + text)
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "app.py").write_text("def handler(event, context): ...\n")
    found = config.read(folder / "config.yaml")
    return found.declared(found.stack(), found.select(()))


def test_resources_come_after_those_they_wait_for(tmp_path: Path) -> None:
    text = "apps: {web: {functions: {worker: {source: code}}, api: {routes: {GET /: worker}}}}\n"
    order = list(plan.declare(apps(tmp_path, text)))
    for earlier, later in [
        ("web.role.worker", "web.function.worker"),
        ("web.log_group.worker", "web.function.worker"),
        ("web.function.worker", "web.permission.worker"),
        ("web.rest_api.api", "web.permission.worker"),
    ]:
        assert order.index(earlier) < order.index(later)


def test_what_follows_from_a_name_is_waited_for_by_nobody(tmp_path: Path) -> None:
    text = "apps: {web: {buckets: {files: {}}, functions: {worker: {source: code, grants: {files: read}}}}}\n"
    resources = plan.declare(apps(tmp_path, text))
    assert plan.waits_for(resources["web.role.worker"]) == frozenset()


def test_what_is_only_known_later_is_waited_for(tmp_path: Path) -> None:
    function = 'functions: {worker: {source: code, environment: {URL: "${api.url}/x"}}}'
    resources = plan.declare(apps(tmp_path, f"apps: {{web: {{{function}, api: {{routes: {{GET /: worker}}}}}}}}\n"))
    assert "web.rest_api.api" in plan.waits_for(resources["web.function.worker"])


def test_two_resources_of_one_name_in_aws_are_refused(tmp_path: Path) -> None:
    text = "apps:\n  a-b: {buckets: {c: {}}}\n  a: {buckets: {b-c: {}}}\n"
    with pytest.raises(ConfigError, match=r"a-b\.bucket\.c and a\.bucket\.b-c would both be 'shop-dev-a-b-c-"):
        plan.declare(apps(tmp_path, text))


class Knot(Resource):
    """A kind whose two resources need something of each other that names do not tell."""

    kind = "knot"

    @classmethod
    def declare(cls, app: App) -> Iterator[Resource]:
        yield from (cls(app, "left"), cls(app, "right"))

    @property
    def physical(self) -> str:
        return self.name

    def desired(self) -> Properties:
        other = {"left": "right", "right": "left"}[self.name]
        return {"Other": Ref(f"{self.app.name}.knot.{other}", "id")}

    candidates = observe = create = update = delete = classmethod(lambda cls, *args: {})  # type: ignore[assignment]


def test_a_cycle_is_refused_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = apps(tmp_path, "apps: {web: {buckets: {files: {}}}}\n")
    resource.kinds()
    monkeypatch.setattr(resource, "_kinds", [*resource.kinds(), Knot])
    with pytest.raises(ConfigError, match="wait for one another") as caught:
        plan.declare(found)
    assert "web.knot.left" in str(caught.value)
    assert "web.knot.right" in str(caught.value)


@pytest.mark.parametrize(
    ("have", "want", "differs"),
    [
        ({"A": 1, "B": 2}, {"A": 1}, []),
        ({"A": 1}, {"A": 2}, ["A"]),
        ({}, {"A": None}, []),
        ({"Tags": {"ours": "1", "theirs": "2"}}, {"Tags": {"ours": "1"}}, []),
        ({"Tags": {"theirs": "2"}}, {"Tags": {"ours": "1"}}, ["Tags"]),
        ({"A": {"b": 1, "c": 2}}, {"A": {"b": 1}}, ["A"]),
    ],
)
def test_only_stated_properties_and_our_tags_count(have: Any, want: Any, differs: list[str]) -> None:
    assert list(plan.differ(have, want)) == differs


def test_users_go_before_what_they_use() -> None:
    order = plan.deletion_order()
    assert order.index("permission") < order.index("function") < order.index("role")
    assert order.index("function") < order.index("log_group"), "a late run would make its log group again"
