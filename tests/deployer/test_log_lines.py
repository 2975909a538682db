from __future__ import annotations

from datetime import date

import pytest

from deployer.log_lines import Columns, columns, message
from deployer.logs import Line

ID = "aaaaaaaa-1111-4111-8111-111111111111"
DAY = date(2026, 1, 2)
TIME = 1_767_323_045_007  # 2026-01-02T03:04:05.007Z


def shown(*messages: str, colour: bool = False, time: int = TIME, day: date = DAY) -> list[str]:
    of_two = Columns(["qr.generator", "photo.presign"], colour, day)
    return list(of_two.lines([Line(time, "qr.generator", ID, text) for text in messages]))


def test_columns() -> None:
    assert shown("hello\n") == ["03:04:05.007Z  qr.generator   aaaaaaaa  hello"]


def test_further_lines_stand_below_the_first() -> None:
    first, second, third, last = shown("one\n  two\r\nthree\n", "four")
    assert first.endswith("  one")
    assert second == " " * first.index("one") + "  two"
    assert third == " " * first.index("one") + "three"
    assert last.endswith("aaaaaaaa  four")


def test_a_day_is_said_when_it_changes() -> None:
    of_one = Columns(["qr.generator"], False, DAY)
    lines = [Line(TIME + day * 86_400_000, "qr.generator", ID, "x") for day in (0, 0, 1, 1)]
    found = list(of_one.lines(lines))
    assert [found.index("2026-01-03"), len(found)] == [2, 5]


def test_each_function_has_a_colour_on_a_terminal() -> None:
    of_two = Columns(["a.x", "b.y"], True, DAY)
    one, other = of_two.lines([Line(TIME, name, ID, "x") for name in ("a.x", "b.y")])
    assert "\x1b[36ma.x\x1b[0m" in one
    assert "\x1b[33mb.y\x1b[0m" in other


@pytest.mark.parametrize(
    ("terminal", "variables", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),  # https://no-color.org: an empty one says nothing
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_colours_go_to_terminals_that_can_and_are_to(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, variables: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert columns(["a.x"]).colour == coloured


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"START RequestId: {ID} Version: $LATEST\n", None),
        (f"END RequestId: {ID}\n", None),
        ("INIT_START Runtime Version: python:3.12.v38\tRuntime Version ARN: arn\n", None),
        (
            f"REPORT RequestId: {ID}\tDuration: 3.39 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB"
            "\tMax Memory Used: 45 MB\t\n",
            "── 3.39 ms, 45 of 128 MB",
        ),
        (
            f"REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB"
            "\tMax Memory Used: 45 MB\tInit Duration: 97.00 ms\tStatus: timeout\n",
            "── 3000.00 ms, 45 of 128 MB, init 97.00 ms, timeout",
        ),
        (
            f"REPORT RequestId: {ID}\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB"
            "\tMax Memory Used: 45 MB\tStatus: error\tError Type: Runtime.ExitError\n",
            "── 1.00 ms, 45 of 128 MB, Runtime.ExitError",
        ),
        (f"REPORT RequestId: {ID} and nothing we know\n", "── ?, ? of ?"),
        (f"[WARNING]\t2026-01-02T03:04:05.678Z\t{ID}\ta\tb\n", "[WARNING] a\tb"),
        ("START of something\n", "START of something"),
        ("\n", ""),
        ("\x1b[2Jgone\x07\x9b1m\n", r"\x1b[2Jgone\x07\x9b1m"),
        ("ümlaut 漢\n", "ümlaut 漢"),
    ],
)
def test_what_is_shown_of_a_message(text: str, expected: str | None) -> None:
    assert message(text) == expected
