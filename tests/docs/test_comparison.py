"""What counts as the same, and that nothing else does."""

from __future__ import annotations

import pytest

from tests.docs.comparison import Comparison

ONE, OTHER = "0bf5e3ac-8a1d-4c55-9e60-5a3f6f1c2d3e", "f1d0c9b8-1234-4abc-8def-001122334455"
ROLE = "  + qr.role.generator            created       0.3 s"
BUCKET = "  + qr.bucket.images             created       0.5 s"
DONE = "2 created in 5.2 s (48 calls)"
UP = f"{ROLE}\n{BUCKET}\n{DONE}"


def difference(want: str, got: str) -> str:
    return Comparison({}).difference(want.splitlines(), got.splitlines())


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ("", ""),
        ("same\n\n", "same"),
        ("Default [None]:", "Default [None]: "),
        (UP, UP.replace(" 0.5 s", "12.5 s").replace("48", "1217")),
        (UP, f"{BUCKET}\n{ROLE}\n{DONE}"),
        ("answers (3.1 s)", "answers (0.1 s)"),
        ("2026-11-21 06:11:30 skiff", "2031-01-01 00:00:00 skiff"),
        ("10:14:31 site live in 0.1 s", "23:59:00 site live in 12.0 s"),
        ("06:54:38.869Z  generator  9aefb3fb  x", "23:59:00.000Z  generator  00000000  x"),
        ("── 27.17 ms, 39 of 256 MB, init 201.39 ms", "── 1.02 ms, 128 of 256 MB, init 2 ms"),
        ("changed 10:09 UTC, 1 s ago   name", "changed 23:59 UTC, 12 min ago  name"),
        ('"at": "2026-11-21T06:11:35+00:00"', '"at": "2031-01-01T00:00:00+00:00"'),
        ("[INFO]\t2026-11-21T06:11:35.400Z\tx", "[INFO]\t2031-01-01T00:00:00.001Z\tx"),
        ('Code: "sha256 quYZbaL/ghuu…"', 'Code: "sha256 OWylVNYm2i+v…"'),
        ("Duration: 19.42 ms\tBilled Duration: 20 ms", "Duration: 1.02 ms\tBilled Duration: 2 ms"),
        ("Memory Size: 128 MB\tMax Memory Used: 52 MB", "Memory Size: 128 MB\tMax Memory Used: 128 MB"),
        ("for cpython-311-linux-x86_64", "for cpython-313-darwin-arm64"),
        ("http://127.0.0.1/_aws/execute-api/wmrbjk87sn/prod", "http://127.0.0.1/_aws/execute-api/abcdefgh12/prod"),
        ("https://wmrbjk87sn.execute-api.us-east-1.", "https://abcdefgh12.execute-api.us-east-1."),
        (f"START {ONE}\nEND {ONE}", f"START {OTHER}\nEND {OTHER}"),
        ('"version_id": "AaH8.0i1_hd"\n"VersionId": "x"', '"version_id": "null"\n"VersionId": "y-."'),
        (UP, f"{ROLE}\n  … qr.bucket.images             waiting for AWS, 5 s\n{BUCKET}\n{DONE}"),
        ("12:00:00.000Z  generator  x", "2026-11-22\n00:00:00.001Z  generator  x"),
        ("first\n…\nlast", "first\nsecond\n\nthird\nlast"),
        ("first\n…\nlast", "first\nlast"),
        ("…\nlast", "first\nlast"),
        (f"{ROLE}\n…\n{DONE}", f"{BUCKET}\n{ROLE}\n{DONE}"),
        (f"…\n{BUCKET}\n{DONE}", f"{ROLE}\n{BUCKET}\n{DONE}"),
        (f"{ROLE}\n{BUCKET}\n…\n{DONE}", f"{BUCKET}\n{BUCKET.replace('bucket', 'log_group')}\n{ROLE}\n{DONE}"),
        ("first\n…", "first"),
        ('"url": "http://…&Signature=…",', '"url": "http://127.0.0.1/?a=b&Signature=ef92e3",'),
    ],
)
def test_what_no_two_runs_have_in_common_does_not_count(want: str, got: str) -> None:
    assert difference(want, got) == ""


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ("a", "b"),
        ("a", ""),
        ("", "a"),
        ("a\nb", "a"),
        ("a", "a\nb"),
        ("a\nb", "b\na"),
        ("a\n\nb", "a\nb"),
        ("  indented", "indented"),
        ("a.b", "axb"),
        (UP, UP.replace("2 created", "3 created")),
        (UP, UP.replace("images ", "pictures ")),
        (UP, UP.replace("created       0.3 s", "failed")),
        (UP, f"{DONE}\n{ROLE}\n{BUCKET}"),
        (UP, f"{ROLE}\n{BUCKET}\n{BUCKET}\n{DONE}"),
        (f"{ROLE}\n…\n{DONE}", f"{BUCKET}\n{DONE}"),
        ("skiff-dev-qr-images-09fb161d", "skiff-dev-qr-images-885c9a1d"),
        ("Memory Size: 128 MB", "Memory Size: 256 MB"),
        ("── 27.17 ms, 39 of 256 MB", "── 27.17 ms, 39 of 128 MB"),
        ("generator  9aefb3fb  x\n  9aefb3fb  y", "generator  00000000  x\n  00000001  y"),
        ("changed 10:09 UTC, 1 s ago   name", "created 10:09 UTC, 1 s ago   name"),
        ("execute-api/wmrbjk87sn/prod", "execute-api//prod"),
        (f"START {ONE}\nEND {ONE}", f"START {ONE}\nEND {OTHER}"),
        (f"START {ONE}", "START"),
        ("first\n…\nlast", "first\nsecond"),
        ("first\n…\nmiddle\n…\nlast", "first\nlast"),
        ("…?Signature=…", "http://127.0.0.1/"),
        ("from…on", "from\non"),
        ("5.2 s (48 calls)", "5.2 s and more"),
    ],
)
def test_all_else_counts(want: str, got: str) -> None:
    assert difference(want, got)


def test_a_made_up_name_stands_for_the_same_one_from_then_on() -> None:
    comparison = Comparison({})
    assert not comparison.difference(["url /execute-api/wmrbjk87sn/prod"], ["url /execute-api/abcdefgh12/prod"])
    assert comparison.in_this_run("curl /execute-api/wmrbjk87sn/prod") == "curl /execute-api/abcdefgh12/prod"
    assert not comparison.difference(["/execute-api/wmrbjk87sn/prod"], ["/execute-api/abcdefgh12/prod"])
    assert comparison.difference(["/execute-api/wmrbjk87sn/prod"], ["/execute-api/another890/prod"])


def test_a_name_that_is_known_beforehand_stands_for_its_other() -> None:
    comparison = Comparison({"AKIAEXAMPLE": "111122223333"})
    assert not comparison.difference(["Key [None]: AKIAEXAMPLE"], ["Key [None]: 111122223333"])
    assert comparison.difference(["Key [None]: AKIAEXAMPLE"], ["Key [None]: AKIAEXAMPLE"])


def test_a_difference_names_the_lines_that_differ_and_no_others() -> None:
    shown = difference(f"{UP}\nend", f"{UP.replace('images', 'pictures').replace('0.3 s', '9.9 s')}\nend")
    changed = [line for line in shown.splitlines()[3:] if line[0] in "+-"]
    assert len(changed) == 2
    assert "images" in changed[0]
    assert "pictures" in changed[1]
