"""The syntax of filter patterns: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"""

from __future__ import annotations

import json

import pytest

from localdev.log_patterns import NoPattern, parse

pytestmark = pytest.mark.feature(
    "CloudWatch Logs",
    "filter patterns: terms, JSON's properties, columns, regular expressions",
    partly="?terms beside others are refused with InvalidParameterException",
)
EVENT = {
    "level": "ERROR",
    "code": 404,
    "ok": True,
    "bad": False,
    "none": None,
    "user": {"name": "an n", "e-mail": "a@b"},
    "tags": ["x", {"y": 2}],
    "number": "7",
}
LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


def found(pattern: str, *messages: str) -> list[str]:
    return [message for message in messages if parse(pattern).read(message) is not None]


class TestTerms:
    MESSAGES = ("ERROR disk full", "ERROR disk", "WARN disk full", "full of error", "a-b: c")

    @pytest.mark.parametrize(
        ("pattern", "which"),
        [
            ("", (0, 1, 2, 3, 4)),
            (" ", (0, 1, 2, 3, 4)),
            ("ERROR", (0, 1)),  # as it is written
            ("full ERROR", (0,)),
            ('"disk full"', (0, 2)),
            ('"a-b: c"', (4,)),
            ("disk -ERROR", (2,)),
            ('-"disk full" ERROR', (1,)),
            ("?WARN ?of", (2, 3)),
            ('?"a-b" ?WARN', (2, 4)),
            ("%ERR.* full$%", (0,)),
            ("-%ERR|WARN%", (3, 4)),
        ],
    )
    def test_it_finds_what_has_the_terms(self, pattern: str, which: tuple[int, ...]) -> None:
        assert found(pattern, *self.MESSAGES) == [self.MESSAGES[number] for number in which]

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("?WARN ERROR", "not emulated"),
            ("a-b", "Invalid character"),
            ('"open', "Invalid character"),
            ('"a"b', "Invalid character"),
            ("-", "Invalid character"),
            ("%a(b)%", "Invalid character"),
            ("%[a%", "Invalid regular expression"),
            ("{ $.a = 1", "Invalid character"),
        ],
    )
    def test_others_are_refused(self, pattern: str, why: str) -> None:
        with pytest.raises(NoPattern, match=why):
            parse(pattern)


class TestProperties:
    @pytest.mark.parametrize(
        "pattern",
        [
            '{ $.level = "ERROR" }',
            "{$.level=ERR*}",
            '{ $.level != "ERR" }',
            '{ $.level = "*RO*" }',
            "{ $.level = %^E.*R$% }",
            "{ $.level != %warn% }",
            '{ $.user.name = "an n" }',
            '{ $.user.e-mail = "a@b" }',
            '{ $.user = "*" }',  # whatever it is
            "{ $.tags[0] = x }",
            "{ $.tags[1].y >= 2 }",
            "{ $.code = 404 }",
            "{ $.code = 4.04e2 }",
            "{ $.code = 40* }",
            "{ $.code > 403.5 && $.code < 405 }",
            "{ $.code <= 404 }",
            "{ $.code != 500 }",
            "{ $.ok IS TRUE }",
            "{ $.bad is false }",
            "{ $.none IS NULL }",
            "{ $.nothing NOT EXISTS }",
            "{ $.code = 1 || $.level = ERROR && $.ok IS TRUE }",
            "{ ($.code = 1 || $.level = ERROR) && ($.ok IS TRUE) }",
            r'{ $.level = "ERROR" && $.user.name != "a\"b" }',
        ],
    )
    def test_what_matches(self, pattern: str) -> None:
        assert found(pattern, json.dumps(EVENT))

    @pytest.mark.parametrize(
        "pattern",
        [
            '{ $.level = "error" }',
            '{ $.level = "ERR" }',
            '{ $.level != "ERROR" }',
            "{ $.level > 1 }",
            "{ $.nothing = * }",
            '{ $.nothing != "a" }',  # nothing is compared with nothing
            "{ $.tags[2] = x }",
            "{ $.tags.y = 2 }",
            "{ $.code > 404 }",
            "{ $.code < 404 }",
            "{ $.code = 500 }",
            "{ $.ok > 0 }",
            "{ $.ok IS FALSE }",
            "{ $.code IS TRUE }",
            "{ $.nothing IS NULL }",
            "{ $.none NOT EXISTS }",
            "{ ($.code = 404 || $.level = ERROR) && $.ok IS FALSE }",
        ],
    )
    def test_what_does_not(self, pattern: str) -> None:
        assert not found(pattern, json.dumps(EVENT))

    def test_what_is_no_object_never_does(self) -> None:
        assert found("{ $.a NOT EXISTS }", "a = 1", "[1]", '"a"', "null", "{}") == ["{}"]

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("{ }", "its end"),
            ("{ $.a }", "its end"),
            ("{ a = 1 }", "Invalid property selector 'a'"),
            ("{ $.a[x] = 1 }", "Invalid property selector"),
            ("{ $.a = }", "its end"),
            ("{ $.a = 1 && }", "its end"),
            ("{ $.a = 1 $.b = 2 }", "Invalid pattern at '\\$.b'"),
            ("{ ($.a = 1 }", "its end"),
            ("{ $.a = 1) }", "Invalid pattern at '\\)'"),
            ("{ $.a > x }", "numbers alone"),
            ("{ $.a IS BLUE }", "Invalid condition 'IS BLUE'"),
            ("{ $.a = % }", "Invalid character"),
        ],
    )
    def test_others_are_refused(self, pattern: str, why: str) -> None:
        with pytest.raises(NoPattern, match=why):
            parse(pattern)

    @pytest.mark.parametrize("value", ["1" + "0" * 400, "1e999", "[" * 5000, "[" * 5000 + "]" * 5000])
    def test_what_cannot_be_computed_with_does_not_match(self, value: str) -> None:
        assert not found("{ $.n > 5 }", f'{{"n": {value}}}')

    def test_parentheses_have_a_depth(self) -> None:
        with pytest.raises(NoPattern, match="Parentheses deeper than 20 are not emulated"):
            parse(f"{{ {'(' * 3000}$.a = 1{')' * 3000} }}")
        assert found(f"{{ {'(' * 20}$.a = 1{')' * 20} && (($.b = 2)) }}", '{"a": 1, "b": 2}')

    def test_it_tells_what_it_and_others_name(self) -> None:
        read = parse("{ $.code = * && $.a NOT EXISTS }").read(json.dumps(EVENT), "$.user.name", "1", "$.b")
        assert read == {"$.code": 404, "$.user.name": "an n"}


class TestColumns:
    @pytest.mark.parametrize(
        "pattern",
        [
            "[ip, id, user, time, request, status, bytes]",
            "[ip, id, user, time, request =*.html*, status = 4*, bytes]",
            '[ip=127*, id="-", user!=root, time, request, status = 404 || status = 410, bytes > 1000 && bytes < 2000]',
            "[ip, ..., status, bytes]",
            "[..., status = 404, bytes]",
            "[ip = %^127%, ...]",
            "[ip, id, user, time, request, status, bytes, ...]",
            '[ip, id, user, time, request = "GET /index.html HTTP/1.0", ...]',
            '[ip, id, user, time = "10/Oct/2000:13:25:15 -0700", ...]',
            '[ip != "a,b", ...]',
        ],
    )
    def test_what_matches(self, pattern: str) -> None:
        assert found(pattern, LINE)

    @pytest.mark.parametrize(
        "pattern",
        [
            "[ip, id, user]",
            "[ip, id, user, time, request, status, bytes, more]",
            "[ip, id, user, time, request, status, bytes, more, ...]",
            "[..., status = 404]",
            "[ip != 127*, ...]",
            "[ip > 1, ...]",
            "[..., status, bytes <= 1000]",
        ],
    )
    def test_what_does_not(self, pattern: str) -> None:
        assert not found(pattern, LINE)

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("[]", "Invalid column ''"),
            ("[a,,b]", "Invalid column ''"),
            ("[..., a, ...]", "only once"),
            ("[a, b = 1 && a = 2]", "not emulated"),
            ("[a b]", "Invalid pattern at 'b'"),
            ("[a > b]", "numbers alone"),
        ],
    )
    def test_others_are_refused(self, pattern: str, why: str) -> None:
        with pytest.raises(NoPattern, match=why):
            parse(pattern)

    def test_it_tells_its_columns(self) -> None:
        assert parse("[ip, ..., bytes > 0]").read(LINE) == {"$ip": "127.0.0.1", "$bytes": "1534"}
