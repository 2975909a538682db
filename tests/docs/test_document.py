"""What is found in a document, and what must not be overlooked."""

from __future__ import annotations

import re

import pytest

from tests.docs.document import Command, DocumentError, Edit, Rest, steps

TEXT = """\
# A document

```console
$ first
one

two
$ second \\
    --more
$ third
three

```

```yaml
$ this: is not typed
```

```diff
--- a file
+++ a file
@@ -1 +1 @@
-old
+new
```

```console
$ make something
$ make more      # of it
```
"""


def test_commands_and_edits_are_found_in_order() -> None:
    assert steps(TEXT) == [
        Command(4, "first", ["one", "", "two"]),
        Command(8, "second \\\n    --more", []),
        Command(10, "third", ["three", ""]),
        Edit(20, "--- a file\n+++ a file\n@@ -1 +1 @@\n-old\n+new\n"),
        Command(28, "make something", None),
        Command(29, "make more      # of it", None),
    ]


def test_a_command_may_hold_a_text() -> None:
    text = "```console\n$ cat > file <<'END'\na text\n\n    of lines\nEND\n$ cat file\na text\n```\n"
    assert steps(text) == [
        Command(2, "cat > file <<'END'\na text\n\n    of lines\nEND", []),
        Command(7, "cat file", ["a text"]),
    ]


def test_a_command_goes_on_until_its_rest_is_shown() -> None:
    text = "```console\n$ first\n$ watch\nready\n```\n```diff\n-old\n```\n```console\nlive\n\n^C\n```\n"
    assert steps(f"{text}```console\n$ last\nx\n```\n") == [
        Command(2, "first", []),
        Command(3, "watch", ["ready"], goes_on=True),
        Edit(7, "-old\n"),
        Rest(10, ["live", ""]),
        Command(15, "last", ["x"]),
    ]


def test_questions_come_with_their_answers() -> None:
    lines = ["- a bucket", "Key [None]: AKIA", "Delete 19 resources? [y/N]: y", "Default [None]:", "[]: x", "a [b] c"]
    assert Command(1, "aws configure", lines).answers == [
        ("Key [None]:", "AKIA"),
        ("Delete 19 resources? [y/N]:", "y"),
        ("Default [None]:", ""),
    ]
    assert Command(1, "make up", None).answers == []


def test_a_command_fails_where_its_error_is_shown() -> None:
    assert Command(1, "validate", ["error: config.yaml:11: no", "hint: yes"]).fails
    assert not Command(1, "cat", ['{"error": "no"}', "an error: no"]).fails
    assert not Command(1, "make up", None).fails


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ true\n", "line 1: this block does not end"),
        ("```bash\nmake up\n```\n", "line 1: nobody knows what to do with a block of 'bash'"),
        ("\n```\nmake up\n```\n", "line 2: nobody knows what to do with a block of ''"),
        ("1. Type\n\n   ```console\n   $ make up\n   ```\n", "line 3: a block that is indented would be overlooked"),
        ("```console\nmake up\n$ true\n```\n", "line 2: a block of commands begins with one"),
        ("```console\nlive\n^C\n```\n", "line 2: a block of commands begins with one, or ends one with ^C"),
        ("```console\n$ watch\n```\n```console\nlive\n```\n", "line 5: a block of commands begins with one"),
        ("```console\n$ a\n```\n```console\nb\n^C\n```\n```console\nc\n^C\n```\n", "line 9: a block of commands"),
    ],
)
def test_what_would_not_be_done_is_refused(text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(message)):
        steps(text)
