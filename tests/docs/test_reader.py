"""Small documents in a small folder: whoever follows them notices what is not so."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.docs import terminal
from tests.docs.reader import Disagreement, follow

DOCUMENT = """\
```console
$ git clone … skiff && cd skiff
$ word=skiff
$ echo "a $word"
a skiff
$ cat file
old
```

```diff
--- file
+++ file
@@ -1 +1 @@
-old
+new
```

```console
$ cat file
new
$ printf 'Name [none]: ' && read -r name && echo "is $name" && read -r -p 'Sure? [y/N]: ' && echo "$REPLY"
Name [none]: Ada
is Ada
Sure? [y/N]: y
y
$ echo "error: no" >&2; test "$word" = boat
error: no
$ printf '%s\\n' two \\
    lines
two
lines
```

```console
$ cat file; (until grep -qs newer file; do sleep 0.05; done; echo newer; sleep 60)
new
```

```diff
--- file
+++ file
@@ -1 +1,2 @@
 new
+newer
```

```console
newer
^C
```

```console
$ echo something
$ test -t 0 && test -t 1 && test -t 2    # as for a reader
```
"""

BEGUN = "(until grep -qs newer file; do sleep 0.05; done; echo newer; sleep 60)\nnew\n"
Follow = Callable[[str], None]


@pytest.fixture
def obey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """The time is over when a command says so, who makes a file of the name ``late``: no machine is too slow."""
    folder = tmp_path / "folder"
    folder.mkdir()
    years = count(1e9, 1e6)  # each look at the clock is later than any limit that began at the one before
    clock = SimpleNamespace(monotonic=lambda: next(years) if (folder / "late").exists() else time.monotonic())
    monkeypatch.setattr(terminal, "time", clock)

    def obey(text: str) -> None:
        (folder / "file").write_text("old\n")
        document = tmp_path / "document.md"
        document.write_text(text)
        follow(document, folder, {"PATH": os.environ["PATH"]}, {})

    return obey


def test_a_true_document_can_be_followed(obey: Follow) -> None:
    obey(DOCUMENT)


@pytest.mark.parametrize(
    ("true", "false", "told"),
    [
        ("a skiff\n", "a boat\n", r"document.md:4: \$ echo(.|\n)*-a boat\n\+a skiff"),
        ("a skiff\n", "", r"document.md:4: (.|\n)*\+a skiff"),
        ("is Ada\n", "is Ada\nor not\n", r"document.md:21: (.|\n)*-or not"),
        ("cat file\nnew", "cat fail\nnew", r"document.md:19: (.|\n)*this fails with exit code 1; it prints:\n.*fail"),
        ("echo something\n", "false\n", r"document.md:53: (.|\n)*this fails with exit code 1"),
        ("= boat\n", "= skiff\n", r"document.md:26: (.|\n)*this fails, says the document, but it does not"),
        ("error: no\n", "", r"document.md:26: (.|\n)*this fails with exit code 1"),
        ("-old\n", "-older\n", r"document.md:11:\nthis edit cannot be made\n.*patch"),
        ("Name [none]: Ada\n", "Name [none]: Bob\n", r"document.md:21: (.|\n)*-is Ada\n\+is Bob"),
        (BEGUN, "(touch late; sleep 60)\nold\n", r"document.md:35: (.|\n)*still running .*; so far:\nnew\s*$"),
        ("newer; sleep 60)\n", "more)\n", r"document.md:48:\nthis ends, with exit code 0; it prints:\nmore"),
        ("(until", "(trap 'exit 3' INT; until", r"document.md:48:\nCtrl-C ends this with exit code 3"),
        ("(until", "(trap 'echo bye; exit 130' INT; until", r"document.md:48:\nCtrl-C ends .* it prints:\nbye"),
        ("newer; sleep", "newest; touch late; sleep", r"document.md:48:\nstill running .*; so far:\nnewest"),
    ],
)
def test_a_false_document_is_noticed(obey: Follow, true: str, false: str, told: str) -> None:
    assert DOCUMENT.count(true) == 1
    with pytest.raises(Disagreement, match=told):
        obey(DOCUMENT.replace(true, false))


def test_what_waits_for_ever_is_given_up(obey: Follow) -> None:
    with pytest.raises(Disagreement, match=r"document.md:2: (.|\n)*still running after 600 s; so far:\nName"):
        obey("```console\n$ printf Name; touch late; sleep 60\nName\n```\n")


def test_nothing_outlives_the_reader(obey: Follow, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        lives = "(trap '' HUP; exec > ../alive; echo > ../begun; while :; do sleep 60; done)"
        with pytest.raises(Disagreement, match="exit code 1"):
            obey(f"```console\n$ {lives} & until test -s ../begun; do sleep 0.02; done; false\n```\n")
        assert select.select([alive], [], [], 60)[0]
        assert os.read(alive, 1) == b"", "somebody has it still open for writing"
    finally:
        os.close(alive)
