"""YAML to plain data that remembers its lines, so that every error can point at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ConfigError

Place = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_YAML_HINT = "look at this line and the one above: indent with spaces, close each bracket and quote"


class Lines:
    """Where each key and list item of a YAML file stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines: dict[Place, int] = {(): 1}

    def put(self, place: Place, node: yaml.Node) -> None:
        self._lines[place] = node.start_mark.line + 1

    def line(self, place: Place) -> int:
        """Line (from 1) of a place, or of the nearest one above it that the file has."""
        known: Place = ()
        for part in place:  # a validator's path has parts of its own, which no file contains
            if (*known, part) in self._lines:
                known = (*known, part)
        return self._lines[known]

    def error(self, place: Place, message: str, hint: str = "") -> ConfigError:
        return ConfigError(message, hint, self.file, self.line(place))


def load(file: Path) -> tuple[Any, Lines]:
    """Read one YAML document.

    Raises:
        ConfigError: the file cannot be read, is no YAML, has a key twice, or an alias to itself.
    """
    lines = Lines(file)
    try:
        text = file.read_text(encoding="utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
        return _data(node, (), lines, loader, ()) if node else None, lines
    except FileNotFoundError:
        raise ConfigError("there is no such file", "name another with --config", file) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot be read: {reason}", "name a UTF-8 text file with --config", file) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ConfigError(f"is no YAML: {error.problem}", _YAML_HINT, file, line) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"is no YAML: {str(error).splitlines()[0]}", _YAML_HINT, file) from None


def _data(node: yaml.Node, place: Place, lines: Lines, loader: Any, above: tuple[yaml.Node, ...]) -> Any:
    if node in above:
        raise lines.error(place, "the alias stands inside what it names", "write it out instead")
    above = (*above, node)
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise lines.error(place, f"is no YAML: the tag '{node.tag}' means nothing here", "leave it out")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in mapping:
                line = key_node.start_mark.line + 1
                raise ConfigError(f"'{key}' stands here twice", "keep one of them", lines.file, line)
            lines.put((*place, key), key_node)
            mapping[key] = _data(value_node, (*place, key), lines, loader, above)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines.put((*place, index), item)
            items.append(_data(item, (*place, index), lines, loader, above))
        return items
    try:
        return loader.construct_object(node)
    except ValueError as error:  # it looks like a date, say, and is none
        raise lines.error(place, f"'{node.value}' is no value: {error}", "put it in quotes") from None
