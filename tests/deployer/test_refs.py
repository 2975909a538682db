from __future__ import annotations

from deployer.refs import UNKNOWN, Join, Ref, refs, resolve

BUCKET = Ref("qr.bucket.images", "name")
API = Ref("qr.rest_api.api", "url")
VALUES = {BUCKET: "images-1", API: UNKNOWN}


def test_refs_are_found_at_any_depth() -> None:
    value = {"a": [BUCKET, {"b": Join(("x", API))}], "c": "text", "d": 1}
    assert list(refs(value)) == [BUCKET, API]


def test_resolve_puts_values_in() -> None:
    value = {"a": [BUCKET, 1], "b": Join(("arn:", BUCKET, "/*")), "c": None}
    assert resolve(value, VALUES.__getitem__) == {"a": ["images-1", 1], "b": "arn:images-1/*", "c": None}


def test_what_is_unknown_makes_the_whole_text_unknown() -> None:
    resolved = resolve({"a": Join(("x/", API)), "b": [API], "c": BUCKET}, VALUES.__getitem__)
    assert resolved == {"a": UNKNOWN, "b": [UNKNOWN], "c": "images-1"}
