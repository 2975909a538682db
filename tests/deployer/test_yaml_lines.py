from __future__ import annotations

from pathlib import Path

import pytest

from deployer.errors import ConfigError
from deployer.yaml_lines import load


def written(folder: Path, text: str) -> Path:
    file = folder / "some.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_data_is_what_yaml_says(tmp_path: Path) -> None:
    data, _ = load(written(tmp_path, "a: 1\nb: [yes, 'x', 2.5, null]\nc: {d: &it [1], e: *it}\n"))
    assert data == {"a": 1, "b": [True, "x", 2.5, None], "c": {"d": [1], "e": [1]}}


def test_lines_of_keys_items_and_what_is_not_there(tmp_path: Path) -> None:
    _, lines = load(written(tmp_path, "a:\n  b:\n    - 1\n    - c: 2\n"))
    assert lines.line(("a",)) == 1
    assert lines.line(("a", "b", 1, "c")) == 4
    assert lines.line(("a", "b", 0)) == 3
    assert lines.line(("a", "nothing", "b")) == 2, "a part of the path that the file has not is passed over"
    assert lines.line(("nothing",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here twice"),
        ("a: [1\nb: 2\n", 2, "is no YAML"),
        ("a: &it\n  b: *it\n", 2, "inside what it names"),
        ("a: !secret {}\n", 1, "is no YAML"),
        ("a: !!python/object:os.system x\n", 1, "is no YAML"),
        ("a: *missing\n", 1, "is no YAML"),
    ],
)
def test_what_is_wrong_has_a_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        load(written(tmp_path, text))
    assert caught.value.line == line


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "missing.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "latin.yaml")
