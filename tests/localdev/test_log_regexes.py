"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from localdev import log_regexes

pytestmark = pytest.mark.feature(
    "CloudWatch Logs",
    "filter patterns: terms, JSON's properties, columns, regular expressions",
    partly="?terms beside others are refused with InvalidParameterException",
)
ONE = some.sampled_from(["a", "b", ".", r"\d", r"\w", "[ab]", "[^a]", r"[\]a-b]", r"\x61", r"\."])
OFTEN = some.sampled_from(["", "", "?", "*", "+", "{2}", "{1,}", "{0,2}", "{2,3}"])
REPEATED = some.builds("".join, some.tuples(ONE, OFTEN))
SEQUENCE = some.builds("".join, some.lists(REPEATED | some.sampled_from("^$"), max_size=5))
REGEX = some.builds("|".join, some.lists(SEQUENCE, min_size=1, max_size=3)).filter(bool)


@given(REGEX, some.text("ab1].\n", max_size=12))
@example("a*ab", "xaab")
@example("^a*.$", "ba")
@example("a$", "a\n")
def test_they_find_what_pythons_find(regex: str, text: str) -> None:
    assert log_regexes.search(log_regexes.parse(regex), text) == bool(re.search(regex, text, re.ASCII))


def test_many_repetitions_on_a_long_text() -> None:
    """Python's own would try for years."""
    assert not log_regexes.search(log_regexes.parse(".*a" * 20 + "b" + ".{0,500}" * 3 + "c"), "a" * 5000)


@pytest.mark.parametrize(
    "regex", ["a(b)", "a!", "é", "*a", "a**", "a*?", "a{2}{3}", "a{1000}", "a{2,1}", "a{", "[a", r"\b", "[b-a]", "a\\"]
)
def test_others_are_refused(regex: str) -> None:
    with pytest.raises(ValueError, match="regular expression '%"):
        log_regexes.parse(regex)
