"""Which requests are right, and what a wrong one is told."""

import base64
import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ALL = dict.fromkeys(["include_uppercase", "include_lowercase", "include_numbers", "include_symbols"], True)
NONE = dict.fromkeys(ALL, False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=3,
)


@pytest.fixture(scope="module")
def module(load):
    return load("password", "request")


@pytest.fixture(scope="module")
def refusal(module):
    """refusal(event) is what a wrong event is told."""

    def refusal(event):
        with pytest.raises(module.BadRequestError) as refused:
            module.parse(event)
        return str(refused.value)

    return refusal


def proxy(body, **changes):
    """What API Gateway sends, as far as it matters here."""
    return {"httpMethod": "POST", "path": "/", "headers": None, "body": body, "isBase64Encoded": False} | changes


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        ({}, (16, ALL, None)),
        ({"length": 8}, (8, ALL, None)),
        ({"length": 128}, (128, ALL, None)),
        ({"include_symbols": False}, (16, ALL | {"include_symbols": False}, None)),
        (NONE | {"include_numbers": True}, (16, NONE | {"include_numbers": True}, None)),
        ({"name": "x"}, (16, ALL, "x")),
        ({"name": "Wi-Fi_2.4.guests"}, (16, ALL, "Wi-Fi_2.4.guests")),
        ({"name": "9" + "x" * 127}, (16, ALL, "9" + "x" * 127)),
    ],
)
def test_right_requests(module, fields, want):
    body = json.dumps(fields)
    encoded = base64.b64encode(body.encode()).decode()
    for event in (fields, proxy(body), proxy(encoded, isBase64Encoded=True)):
        have = module.parse(event)
        assert (have.length, have.switches, have.name) == want


@pytest.mark.parametrize(
    "length", [7, 129, 0, -16, 16.0, 16.5, "16", "", True, False, None, [16], 10**400, float("nan")]
)
def test_a_length_that_is_none(refusal, length):
    assert refusal({"length": length}) == "'length' is not a whole number from 8 to 128"


@pytest.mark.parametrize("switch", ALL)
@pytest.mark.parametrize("value", [1, 0, "true", "", None, [], 1.0])
def test_a_switch_that_is_none(refusal, switch, value):
    assert refusal({switch: value}) == f"'{switch}' is neither true nor false"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x" * 129,
        ".hidden",
        "-x",
        "_x",
        "..",
        "../x",
        "x..y",
        "a/b",
        "/etc/passwd",
        "a\\b",
        "x y",
        "x\n",
        "x\0",
        "x\x7f",
        "naïve",
        "٣",
        "x%2e",
        "x\ud800",
        None,
        True,
        4711,
        ["x"],
        {"x": "y"},
    ],
)
def test_a_name_that_is_none(refusal, name):
    assert refusal({"name": name}).startswith("'name' is not a string of 1 to 128 letters")


def test_nothing_to_make_a_password_of(refusal):
    assert refusal(NONE) == f"At least one of {', '.join(ALL)} must be true"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("lenght", "'lenght' is unknown: did you mean 'length'?"),
        ("Name", "'Name' is unknown: did you mean 'name'?"),
        ("include_symbol", "'include_symbol' is unknown: did you mean 'include_symbols'?"),
        ("colour", f"'colour' is unknown: the fields are length, {', '.join(ALL)}, name"),
        ("", f"'' is unknown: the fields are length, {', '.join(ALL)}, name"),
    ],
)
def test_an_unknown_field(refusal, field, told):
    assert refusal({"length": 16, field: 20}) == told


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (proxy(None), "The request has no body"),
        (proxy(""), "The body is not JSON"),
        (proxy("length=16"), "The body is not JSON"),
        (proxy('{"length": 16'), "The body is not JSON"),
        (proxy('{"length": ' + "9" * 5000 + "}"), "The body is not JSON"),
        (proxy("[" * 100_000), "The body is not JSON"),
        (proxy({"length": 16}), "The body is not JSON"),
        (proxy("e30", isBase64Encoded=True), "The body is not JSON"),
        (proxy("/w==", isBase64Encoded=True), "The body is not JSON"),
        (proxy("[]"), 'The request is not a JSON object like {"length": 16}'),
        (proxy("16"), 'The request is not a JSON object like {"length": 16}'),
        (proxy("null"), 'The request is not a JSON object like {"length": 16}'),
        ([], 'The request is not a JSON object like {"length": 16}'),
        ("x", 'The request is not a JSON object like {"length": 16}'),
        (None, 'The request is not a JSON object like {"length": 16}'),
    ],
)
def test_what_is_no_object(refusal, event, told):
    assert refusal(event) == told


@given(st.dictionaries(st.sampled_from(["length", *ALL, "name", "body", "isBase64Encoded", "colour"]), JSON) | JSON)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_is_checked_or_refused(module, event):
    try:
        have = module.parse(event)
    except module.BadRequestError:
        return
    assert type(have.length) is int
    assert 8 <= have.length <= 128
    assert have.switches.keys() == ALL.keys()
    assert True in have.switches.values()
    assert {type(value) for value in have.switches.values()} == {bool}
    assert have.name is None or 0 < len(have.name) <= 128


@given(st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=128))
def test_names_that_are_right(module, name):
    right = name[0] not in "._-" and ".." not in name
    try:
        assert (module.parse({"name": name}).name, right) == (name, True)
    except module.BadRequestError:
        assert not right
