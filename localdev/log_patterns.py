"""The patterns that log events are filtered by: terms, JSON's properties, columns, regular expressions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

from localdev import log_regexes
from localdev.wildcards import between_asterisks

TERM = re.compile(r'\s*([?-]?)(?:"([^"]+)"|%([^%]+)%|([^\s"%]+))(?=\s|$)\s*')
SELECTOR = re.compile(r"\$(?:\.[\w-]+|\[\d+\])+")
STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
TOKEN = re.compile(
    r"""\s*(?:(?P<mark>&&|\|\||[()])|(?P<operator>!=|<=|>=|[=<>])|"(?P<quoted>(?:\\.|[^"\\])*)"|%(?P<regex>[^%]*)%"""
    r"""|(?P<bare>[^\s()"=<>!&|%,]+))\s*"""
)
DEEPEST = 20  # parentheses within parentheses
COLUMN = re.compile(r'\[([^\]]*)\](?=\s|$)|"([^"]*)"(?=\s|$)|(\S+)')


class NoPattern(ValueError):
    """It is none of AWS's, or of a kind that is not emulated."""


class Pattern(Protocol):
    def read(self, message: str, *properties: str) -> dict[str, Any] | None:
        """What the pattern names of a message (``$.level``, ``$status``), by these names; None if it does not match.

        ``properties``: others of a JSON object to have as well.
        """


def parse(pattern: str | None) -> Pattern:
    """Raises NoPattern."""
    text = (pattern or "").strip()
    if text.startswith("{") and text.endswith("}"):
        return Properties(text[1:-1])
    if text.startswith("[") and text.endswith("]"):
        return Columns(text[1:-1])
    return Terms(text)


class Terms:
    """Words, quoted phrases and %regular expressions% that must all be there; ``-`` not, ``?`` any of them."""

    def __init__(self, text: str) -> None:
        kinds: dict[str, list[Callable[[str], bool]]] = {"": [], "-": [], "?": []}
        while text:
            term = TERM.match(text)
            if term is None or re.search(r"\W", term[4] or ""):
                raise NoPattern(f"Invalid character(s) in term '{text.split()[0]}'")
            kinds[term[1]].append(regex(term[3]) if term[3] else has(term[2] or term[4]))
            text = text[term.end() :]
        self.every, self.none, self.any = kinds.values()
        if self.any and (self.every or self.none):
            raise NoPattern("Patterns that combine ?terms with others are not emulated")

    def read(self, message: str, *properties: str) -> dict[str, Any] | None:
        matches = (
            all(term(message) for term in self.every)
            and not any(term(message) for term in self.none)
            and (not self.any or any(term(message) for term in self.any))
        )
        return {} if matches else None


class Properties:
    """``{ $.level = "ERROR" && ($.code > 499 || $.user IS NULL) }``: what is no JSON object does not match."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self.condition = Conditions(text, self._condition).whole()

    def _condition(self, tokens: Conditions) -> Condition:
        name = tokens.take("bare")
        if not SELECTOR.fullmatch(name):
            raise NoPattern(f"Invalid property selector '{name}'")
        self.names.add(name)
        if tokens.kind != "operator":
            words = f"{tokens.take('bare')} {tokens.take('bare')}".upper()
            if words not in STATES:
                raise NoPattern(f"Invalid condition '{words}'")
            state = STATES[words]
            return lambda values: state(values[name]) if name in values else words == "NOT EXISTS"
        compare = tokens.comparison()
        return lambda values: name in values and compare(values[name])

    def read(self, message: str, *properties: str) -> dict[str, Any] | None:
        try:
            event = json.loads(message)
        except (ValueError, RecursionError):
            return None
        if not isinstance(event, dict):
            return None
        names = self.names.union(each for each in properties if SELECTOR.fullmatch(each))
        values = {name: value for name in names for value in select(event, name)}
        return values if self.condition(values) else None


class Columns:
    """``[ip, user, ..., status = 4* || status = 500, bytes > 1000]``: one condition for each column, or none."""

    def __init__(self, text: str) -> None:
        columns = [each.strip() for each in re.split(r""",(?=(?:[^"%]|"[^"]*"|%[^%]*%)*$)""", text)]
        if columns.count("...") > 1:
            raise NoPattern("An ellipsis can be there only once")
        self.rest = columns.index("...") if "..." in columns else None
        self.columns = [self._column(each) for each in columns if each != "..."]

    def _column(self, text: str) -> tuple[str, Condition]:
        name = (re.match(r"[\w.-]+", text) or [""])[0]
        if name in ("", text):
            if not name:
                raise NoPattern(f"Invalid column '{text}'")
            return name, lambda values: True
        return name, Conditions(text, lambda tokens: self._condition(tokens, name)).whole()

    def _condition(self, tokens: Conditions, name: str) -> Condition:
        if tokens.take("bare") != name:
            raise NoPattern("Conditions on several columns in one are not emulated")
        compare = tokens.comparison()
        return lambda values: compare(values[name])

    def read(self, message: str, *properties: str) -> dict[str, Any] | None:
        """What stands in quotes or brackets is one column."""
        found = [bracketed or quoted or word for bracketed, quoted, word in COLUMN.findall(message)]
        missing = len(self.columns) - len(found)
        if missing > 0 or (missing and self.rest is None):
            return None
        if self.rest is not None:
            found = found[: self.rest] + found[self.rest - missing :]
        values = {name: value for (name, _), value in zip(self.columns, found, strict=True)}
        if not all(condition(values) for _, condition in self.columns):
            return None
        return {f"${name}": value for name, value in values.items()}


Condition = Callable[[dict[str, Any]], bool]
STATES: dict[str, Callable[[Any], bool]] = {
    "IS NULL": lambda value: value is None,
    "IS TRUE": lambda value: value is True,
    "IS FALSE": lambda value: value is False,
    "NOT EXISTS": lambda value: False,
}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


class Conditions:
    """Joined by ``&&``, ``||`` and parentheses; each of them is read by ``one``."""

    def __init__(self, text: str, one: Callable[[Conditions], Condition]) -> None:
        self.one = one
        self.depth = 0
        self.tokens = list(self._tokens(text))

    def _tokens(self, text: str) -> Iterator[Token]:
        at = 0
        while at < len(text.rstrip()):
            found = TOKEN.match(text, at)
            if found is None:
                raise NoPattern(f"Invalid character(s) in '{text[at:].strip()}'")
            kind = str(found.lastgroup)
            yield Token(kind, found[kind])
            at = found.end()

    @property
    def kind(self) -> str:
        return self.tokens[0].kind if self.tokens else ""

    def take(self, kind: str, *texts: str) -> str:
        if self.kind != kind or (texts and self.tokens[0].text not in texts):
            raise NoPattern(f"Invalid pattern at '{self.tokens[0].text if self.tokens else 'its end'}'")
        return self.tokens.pop(0).text

    def whole(self) -> Condition:
        condition = self._joined("||", any)
        if self.tokens:
            self.take("nothing")
        return condition

    def _joined(self, by: str, how: Callable[[Iterator[bool]], bool]) -> Condition:
        parts = [self._part(by)]
        while Token("mark", by) in self.tokens[:1]:
            self.take("mark")
            parts.append(self._part(by))
        return lambda values: how(part(values) for part in parts)

    def _part(self, by: str) -> Condition:
        if by == "||":
            return self._joined("&&", all)
        if self.kind != "mark":
            return self.one(self)
        self.take("mark", "(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise NoPattern(f"Parentheses deeper than {DEEPEST} are not emulated")
        condition = self._joined("||", any)
        self.take("mark", ")")
        self.depth -= 1
        return condition

    def comparison(self) -> Callable[[Any], bool]:
        """An operator, and a value: a number is compared with numbers, all else with the text of what is there."""
        operator = self.take("operator")
        kind = self.kind if self.kind in ("quoted", "regex") else "bare"
        text = self.take(kind)
        number = float(text) if kind == "bare" and NUMBER.fullmatch(text) else None
        if operator not in ("=", "!="):
            if number is None:
                raise NoPattern(f"'{operator}' compares numbers alone, and '{text}' is none")
            order = ORDERS[operator]
            return lambda value: (known := number_of(value)) is not None and order(known, number)
        like = regex(text) if kind == "regex" else wildcard(text)

        def equal(value: Any) -> bool:
            if number is not None and (known := number_of(value)) is not None:
                return known == number
            return like(text_of(value))

        return equal if operator == "=" else lambda value: not equal(value)


ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def select(event: Any, selector: str) -> list[Any]:
    """The property, or nothing if there is none."""
    for name, position in STEP.findall(selector):
        if name and isinstance(event, dict) and name in event:
            event = event[name]
        elif position and isinstance(event, list) and int(position) < len(event):
            event = event[int(position)]
        else:
            return []
    return [event]


def number_of(value: Any) -> float | None:
    """Of a property that is one, or of a column that reads as one; but of none that is too big."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def has(term: str) -> Callable[[str], bool]:
    return lambda text: term in text


def wildcard(text: str) -> Callable[[str], bool]:
    """``*`` stands for anything."""
    pattern = between_asterisks([re.escape(part) for part in re.sub(r"\\(.)", r"\1", text).split("*")])
    return lambda value: pattern.fullmatch(value) is not None


def regex(text: str) -> Callable[[str], bool]:
    try:
        sequences = log_regexes.parse(text)
    except ValueError as error:
        raise NoPattern(str(error)) from None
    return lambda value: log_regexes.search(sequences, value)
