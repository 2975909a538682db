from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest

from deployer import report
from deployer.apply import Outcome
from deployer.plan import Change
from deployer.refs import UNKNOWN
from deployer.resources.bucket import Bucket
from deployer.resources.function import Function

SECRET = "hunter2-and-more"


def change(**differences: tuple[object, object]) -> Change:
    return Change("web.function.worker", "update", Function, "shop-dev-web-worker", differences)


def test_values_of_secret_properties_are_shown_to_nobody() -> None:
    secret = change(Environment=({"KEY": "old", "SAME": "x"}, {"KEY": SECRET, "SAME": "x"}), Timeout=(3, 10))
    people = "\n".join(report.plan_lines([secret]))
    programs = json.dumps(report.outcome_json(Outcome(secret, "done")))
    for text in (people, programs):
        assert SECRET not in text
        assert "old" not in text
        assert "KEY" in text, "which one changed is no secret"
    assert "Timeout: 3 -> 10" in people


def test_a_plan_shows_what_is_and_what_will_be() -> None:
    lines = report.plan_lines([change(Memory=(128, 256), Role=("arn:a", UNKNOWN), Description=(None, "x" * 200))])
    assert lines[0].split() == ["~", "web.function.worker", "update", "shop-dev-web-worker"]
    assert "Memory: 128 -> 256" in lines[1]
    assert "Role: arn:a -> (known after apply)" in lines[2]
    assert "(none) -> xxx" in lines[3]
    assert len(lines[3]) < 140


def test_of_a_large_property_only_what_differs_is_shown() -> None:
    have = {"index.html": "one", "same.css": "same", "old.js": "gone"}
    want = {"index.html": "two", "same.css": "same", "new.js": {"size": 3}}
    assert [line.strip() for line in report.plan_lines([change(Files=(have, want))])[1:]] == [
        "Files > index.html: one -> two",
        "Files > old.js: gone -> (none)",
        'Files > new.js: (none) -> {"size": 3}',
    ]


def test_of_a_list_of_things_only_those_that_differ_are_shown() -> None:
    have = [{"Sid": "Read", "Action": "s3:GetObject"}, {"Sid": "Tls"}]
    want = [{"Sid": "Read", "Action": "s3:*"}, {"Sid": "Tls"}, {"Sid": "New"}]
    assert [line.strip() for line in report.plan_lines([change(Policy=({"S": have}, {"S": want}))])[1:]] == [
        "Policy > S > 0 > Action: s3:GetObject -> s3:*",
        'Policy > S > 2: (none) -> {"Sid": "New"}',
    ]
    assert report.plan_lines([change(Names=(["a"], ["a", "b"]))])[1].strip() == 'Names: ["a"] -> ["a", "b"]'


def test_people_see_the_url_of_what_has_one_and_the_name_of_the_rest() -> None:
    site = {"site.url": "http://a", "site.local_url": "http://e", "site.name": "b"}
    outputs = {"web": {**site, "buckets.files.name": "c", "buckets.files.arn": "d"}}
    assert report.outputs_lines(outputs) == [
        "  web.site.url            http://a",
        "  web.site.local_url      http://e",
        "  web.buckets.files.name  c",
    ]


def test_plain_progress_is_a_line_for_each_end_and_each_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.0, 0.4, 0.8, 1.0, 1.2, 4.0, 4.2, 7.0, 7.1])
    monkeypatch.setattr(report, "time", SimpleNamespace(monotonic=lambda: next(now)))  # of nobody else
    out = io.StringIO()
    plain = report.Plain(out)
    made = Change("web.bucket.files", "create", Bucket, "name")
    plain.starts(made)
    for _ in range(5):
        plain.waits(made, "waiting for AWS")
    plain.ends(Outcome(made, "done", 1.24))
    plain.ends(Outcome(made, "skipped"))
    assert [" ".join(line.split()) for line in out.getvalue().splitlines()] == [
        "… web.bucket.files waiting for AWS, 1 s",
        "… web.bucket.files waiting for AWS, 7 s",
        "+ web.bucket.files created 1.2 s",
        "+ web.bucket.files not begun",
    ]


def test_what_others_created_meanwhile_is_not_said_to_be_ours() -> None:
    made = Change("web.bucket.files", "create", Bucket, "shop-dev-web-files", {})
    outcomes = [
        Outcome(made, "done"),
        Outcome(made, "done", found=True),
        Outcome(made, "failed"),
        Outcome(made, "done"),
    ]
    assert report.achieved(outcomes) == "2 created, 1 found"
    assert report.achieved([Outcome(change(), "done")]) == "1 updated"
    assert report.achieved([]) == "nothing to do"
    out = io.StringIO()
    report.Plain(out).ends(outcomes[1])
    assert out.getvalue().split() == ["+", "web.bucket.files", "found", "0.0", "s"]
