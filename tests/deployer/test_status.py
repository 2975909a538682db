from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from deployer import config, plan, status
from deployer.errors import Foreign
from deployer.plan import Change, Plan
from deployer.resources.bucket import Bucket

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONFIG = """\
project: shop
region: us-east-1
apps:
  web: {buckets: {one: {}, two: {}, three: {}, four: {}}}
  api: {buckets: {one: {}}}
"""


def at(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


@pytest.fixture
def found(tmp_path: Path) -> list[status.Item]:
    """One item in each state: what a plan of two apps was found to be."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    read = config.read(tmp_path / "config.yaml")
    resources = plan.declare(read.declared(read.stack(), read.select(())))
    have: dict[str, Any] = {id: {"Created": at(days=2)} for id in resources}
    have |= {"web.bucket.two": {"Created": at(days=2), "Changed": at(minutes=3)}, "web.bucket.three": None}
    changes = [
        Change("web.bucket.two", "update", Bucket, "", {"Policy": (1, 2), "Cors": (1, 2)}, resources["web.bucket.two"]),
        Change("web.bucket.three", "create", Bucket, "", {"Policy": (None, 2)}, resources["web.bucket.three"]),
        Change("web.bucket.old", "delete", Bucket, "shop-dev-web-old"),
    ]
    kept = {"web.bucket.dear": "shop-dev-web-dear", "shop-dev-web-lost": "shop-dev-web-lost"}
    foreign = {"web.bucket.four": Foreign("it is taken")}
    return status.items(Plan(resources, have, changes, kept, foreign))


def test_every_resource_has_its_state(found: list[status.Item]) -> None:
    assert {(item.id, item.state, item.differences) for item in found} == {
        ("web.bucket.one", "as configured", ()),
        ("web.bucket.two", "differs", ("Policy", "Cors")),
        ("web.bucket.three", "missing", ()),
        ("web.bucket.four", "not ours", ()),
        ("api.bucket.one", "as configured", ()),
        ("web.bucket.old", "not declared", ()),
        ("web.bucket.dear", "kept", ()),
        ("shop-dev-web-lost", "kept", ()),
    }
    assert [item.id.split(".")[0] for item in found] == ["web"] * 4 + ["api", "web", "web", "shop-dev-web-lost"]


def test_people_see_a_table_and_what_differs(found: list[status.Item]) -> None:
    lines = status.lines(found, NOW)
    assert {" ".join(line.split()).rpartition(" shop-dev-")[0] or line.strip() for line in lines} == {
        "web.bucket.one as configured created 2026-11-19, 2 days ago",
        "~ web.bucket.two differs changed 11:57 UTC, 3 min ago",
        "Policy, Cors",
        "+ web.bucket.three missing",
        "! web.bucket.four not ours created 2026-11-19, 2 days ago",
        "api.bucket.one as configured created 2026-11-19, 2 days ago",
        "- web.bucket.old not declared",
        "= web.bucket.dear kept",
        "= shop-dev-web-lost kept",
    }
    assert len({line.rindex("shop-dev-") for line in lines if "shop-dev-" in line}) == 1, (
        "names stand below one another"
    )


def test_the_sum_of_it(found: list[status.Item]) -> None:
    assert status.summary(found) == (
        "8 resources: 2 as configured, 1 differs, 1 missing, 1 not declared, 2 kept, 1 not ours"
    )
    assert status.summary([found[0], *[item for item in found if item.state == "differs"] * 2]).endswith("2 differ")
    assert status.summary([]) == "0 resources"
    assert status.lines([], NOW) == []


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (at(seconds=0), "12:00 UTC, 0 s ago"),
        (at(seconds=59.9), "11:59 UTC, 59 s ago"),
        (at(seconds=60), "11:59 UTC, 1 min ago"),
        (at(minutes=59, seconds=59), "11:00 UTC, 59 min ago"),
        (at(hours=23, minutes=59), "12:01 UTC, 23 h ago"),
        (at(days=1), "2026-11-20, 1 day ago"),
        (at(days=400), "2025-10-17, 400 days ago"),
        (at(seconds=-3), "12:00 UTC, 0 s ago"),  # by AWS's clock, which is ahead of ours
        (at(hours=1).astimezone(timezone(timedelta(hours=5))), "11:00 UTC, 1 h ago"),
    ],
)
def test_age(time: datetime, shown: str) -> None:
    (line,) = status.lines([status.Item("web.bucket.one", "bucket", "name", "missing", (), "changed", time)], NOW)
    assert line == f"  + web.bucket.one  missing  changed {shown}  name"


def test_programs_get_everything(found: list[status.Item]) -> None:
    (two,) = [item for item in found if item.id == "web.bucket.two"]
    assert status.item_json(two) == {
        "id": "web.bucket.two",
        "kind": "bucket",
        "name": "shop-dev-web-two-" + two.name[-8:],
        "state": "differs",
        "differences": ["Policy", "Cors"],
        "changed": "2026-11-21T11:57:00+00:00",
    }
    assert (status.item_json(found[-1])["kind"], status.item_json(found[-1])["changed"]) == ("", None)
