"""One app of the configuration, and the ``${...}`` references in its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from deployer.refs import Join, Ref
from deployer.resource import kinds
from deployer.stack import Stack
from deployer.yaml_lines import Lines, Place


@dataclass(frozen=True)
class App:
    """One app of the configuration: its sections, and where in the file they stand."""

    stack: Stack
    name: str
    sections: BaseModel
    lines: Lines

    def section(self, name: str) -> Mapping[str, Any]:
        """Entries of a section by name: a single one (``api``) counts as an entry of its own name."""
        entries = getattr(self.sections, name)
        return entries if isinstance(entries, dict) else {name: entries} if entries is not None else {}

    def place(self, *below: str | int) -> Place:
        return ("apps", self.name, *below)

    def text(self, value: str, place: Place) -> str | Ref | Join:
        """A configured text with its ``${section.name.attribute}`` references.

        Raises:
            ConfigError: the reference names nothing that this app declares.
        """
        parts: list[str | Ref] = []
        if re.search(r"(?<!\$)\$\{[^}]*$", value):
            raise self.lines.error(
                place, f"the '${{' in '{place[-1]}' has no end", "close it with '}', or write '$${' for a plain '${'"
            )
        for literal, reference in _split(value):
            if literal:
                parts.append(literal)
            if reference is not None:
                parts.append(self._ref(reference, place))
        if len(parts) == 1:
            return parts[0]
        return Join(tuple(parts)) if parts else ""

    def known(self, value: str, place: Place) -> str:
        """Like :meth:`text`, for a value that is needed before anything exists.

        Raises:
            ConfigError: also where a reference is to what only AWS can tell.
        """
        text = self.text(value, place)
        parts = text.parts if isinstance(text, Join) else (text,)
        known = [self.static(part) if isinstance(part, Ref) else part for part in parts]
        if None in known:
            hint = "a name or an origin can stand here, for it is known beforehand"
            raise self.lines.error(place, f"'{value}' is only known once it exists", hint)
        return "".join(part for part in known if part is not None)

    def origin(self, value: str, place: Place) -> str:
        """An origin that a browser may name, or ``*``; what :meth:`known` allows.

        Raises:
            ConfigError: it is neither, such as a URL with a path.
        """
        origin = self.known(value, place)
        if not re.fullmatch(r"\*|https?://[\w.-]+(:\d+)?", origin, re.ASCII):
            hint = "such as https://shop.example.org, ${site.origin}, or '*' for all"
            raise self.lines.error(place, f"'{value}' is no origin", hint)
        return origin

    def static(self, ref: Ref) -> str | None:
        """The value of a ref to what follows from names alone; None for what only AWS can tell."""
        _, kind, name = ref.id.split(".")
        owner = next(each for each in kinds() if each.kind == kind)
        return owner(self, name).static().get(ref.attribute)

    def _ref(self, reference: str, place: Place) -> Ref:
        section, _, rest = reference.partition(".")
        kind = next((kind for kind in kinds() if kind.section == section), None)
        if kind is None:
            sections = sorted(kind.section for kind in kinds() if kind.section)
            raise self.lines.error(
                place, f"'${{{reference}}}' refers to nothing", f"it starts with one of: {', '.join(sections)}"
            )
        name, attribute = (section, rest) if kind.single else rest.rpartition(".")[::2]
        entries = self.section(section)
        if name not in entries:
            known = ", ".join(f"${{{section}.{entry}.…}}" for entry in entries) or f"app '{self.name}' has none"
            raise self.lines.error(place, f"'${{{reference}}}' refers to nothing", f"{section}: {known}")
        if attribute not in kind.attributes:
            raise self.lines.error(
                place,
                f"'${{{reference}}}' refers to nothing: a {kind.kind} has no '{attribute}'",
                f"it has: {', '.join(kind.attributes)}",
            )
        return Ref(f"{self.name}.{kind.kind}.{name}", attribute)


def _split(value: str) -> Iterator[tuple[str, str | None]]:
    """Pairs of literal text and the reference behind it; ``$${`` stands for a plain ``${``."""
    end = 0
    for found in re.finditer(r"(?<!\$)\$\{([^}]*)\}", value):
        yield value[end : found.start()].replace("$${", "${"), found[1].strip()
        end = found.end()
    yield value[end:].replace("$${", "${"), None
