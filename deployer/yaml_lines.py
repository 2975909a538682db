"""YAML to plain data that remembers its lines, so that every error can point at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ConfigError

Place = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
        raise ConfigError(f"cannot be read: {error}", file=file) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ConfigError(f"is no YAML: {error.problem}", file=file, line=line) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"is no YAML: {error}", file=file) from None


def _data(node: yaml.Node, place: Place, lines: Lines, loader: Any, above: tuple[yaml.Node, ...]) -> Any:
    if node in above:
        raise ConfigError("the alias stands inside what it names", file=lines.file, line=lines.line(place))
    above = (*above, node)
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise ConfigError(f"is no YAML: the tag '{node.tag}' means nothing here", "", lines.file, lines.line(place))
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in mapping:
                line = key_node.start_mark.line + 1
                raise ConfigError(f"'{key}' stands here twice", file=lines.file, line=line)
            lines.put((*place, key), key_node)
            mapping[key] = _data(value_node, (*place, key), lines, loader, above)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines.put((*place, index), item)
            items.append(_data(item, (*place, index), lines, loader, above))
        return items
    return loader.construct_object(node)
