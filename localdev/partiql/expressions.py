"""Conditions, paths and values of DynamoDB's PartiQL, read into what its expressions say.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:'(?P<text>(?:[^']|'')*)'|"(?P<quoted>(?:[^"]|"")*)"|(?P<number>[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<mark><<|>>|<=|>=|<>|!=|[-+?{}\[\]().,:=<>*]))\s*"""
)
INDEX = re.compile("[0-9]{1,9}")
COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
FUNCTIONS = {"attribute_type": 2, "begins_with": 2, "contains": 2}
Path = tuple[str | int, ...]


class NoStatement(ValueError):
    """It is none of DynamoDB's, or of a kind that is not emulated."""


@dataclass
class Conjunct:
    """One of the conditions that ``AND`` joins. ``key``: the attribute that is to equal a value, if it says that."""

    text: str
    key: str | None = None
    value: Any = None


class Expressions:
    """Reads expressions, by recursive descent.

    ``names`` and ``values``: what ``#0`` and ``:0`` stand for in what was read.
    """

    def __init__(self, text: str, parameters: list[Any]) -> None:
        self.tokens = list(tokens(text))
        self.parameters = parameters
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        return self.tokens[0][0] if self.tokens else ""

    def unexpected(self) -> NoStatement:
        found = repr(self.tokens[0][1]) if self.tokens else "its end"
        return NoStatement(f"Statement wasn't well formed, can't be processed: Unexpected {found}")

    def at(self, *words: str) -> bool:
        """Whether these come next, whatever their case."""
        texts = [text.upper() if kind in ("word", "mark") else "" for kind, text in self.tokens[: len(words)]]
        return texts == list(words)

    def skip(self, *words: str) -> bool:
        if self.at(*words):
            del self.tokens[: len(words)]
            return True
        return False

    def take(self, *words: str) -> None:
        if not self.skip(*words):
            raise self.unexpected()

    def name(self) -> str:
        if self.kind not in ("word", "quoted"):
            raise self.unexpected()
        return self.tokens.pop(0)[1]

    def several(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.skip(","):
            found.append(one())
        return found

    def conjuncts(self) -> list[Conjunct]:
        branches = [self._conjunction()]
        while self.skip("OR"):
            branches.append(self._conjunction())
        if len(branches) == 1:
            return branches[0]
        return [Conjunct(f"({' OR '.join(joined(branch) for branch in branches)})")]

    def _conjunction(self) -> list[Conjunct]:
        parts = [self._negation()]
        while self.skip("AND"):
            parts.append(self._negation())
        return parts

    def _negation(self) -> Conjunct:
        if self.skip("NOT"):
            return Conjunct(f"NOT ({self._negation().text})")
        if self.skip("("):
            inside = self.conjuncts()
            self.take(")")
            return inside[0] if len(inside) == 1 else Conjunct(f"({joined(inside)})")
        return self._condition()

    def _condition(self) -> Conjunct:
        for function, number in FUNCTIONS.items():
            if self.skip(function.upper(), "("):
                operands = self.several(self.operand)
                self.take(")")
                if len(operands) != number:
                    raise NoStatement(f"{function} takes {number} arguments")
                return Conjunct(f"{function}({', '.join(operands)})")
        left = self.operand()
        if self.skip("IS"):
            return Conjunct(self._state(left))
        if self.skip("BETWEEN"):
            low = self.operand()
            self.take("AND")
            return Conjunct(f"{left} BETWEEN {low} AND {self.operand()}")
        if self.skip("IN"):
            closing = "]" if self.skip("[") else ")"
            if closing == ")":
                self.take("(")
            among = self.several(self.operand)
            self.take(closing)
            return Conjunct(f"{left} IN ({', '.join(among)})")
        for mark, operator in COMPARISONS.items():
            if self.skip(mark):
                right = self.operand()
                equal = operator == "=" and left in self.names and right in self.values
                key = self.names[left] if equal else None
                return Conjunct(f"{left} {operator} {right}", key, self.values.get(right))
        raise self.unexpected()

    def _state(self, path: str) -> str:
        negated = self.skip("NOT")
        if self.skip("MISSING"):
            return f"attribute_exists({path})" if negated else f"attribute_not_exists({path})"
        self.take("NULL")
        text = f"attribute_type({path}, {self.placed_value({'S': 'NULL'})})"
        return f"NOT ({text})" if negated else text

    def operand(self) -> str:
        """A path, the size of one, or a value, as expressions name them."""
        if self.skip("SIZE", "("):
            path = self.placed(self.path())
            self.take(")")
            return f"size({path})"
        if self.kind in ("word", "quoted") and not any(map(self.at, ("TRUE", "FALSE", "NULL"))):
            return self.placed(self.path())
        return self.placed_value(self.value())

    def path(self) -> Path:
        steps: list[str | int] = [self.name()]
        while True:
            if self.skip("."):
                steps.append(self.name())
            elif self.at("[") and any(kind == "number" and INDEX.fullmatch(text) for kind, text in self.tokens[1:2]):
                self.take("[")
                steps.append(int(self.tokens.pop(0)[1]))
                self.take("]")
            else:
                return tuple(steps)

    def placed(self, path: Path) -> str:
        text = ""
        for step in path:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                known = {name: mark for mark, name in self.names.items()}
                mark = known.get(step, f"#{len(self.names)}")
                self.names[mark] = step
                text += f".{mark}" if text else mark
        return text

    def placed_value(self, value: Any) -> str:
        mark = f":{len(self.values)}"
        self.values[mark] = value
        return mark

    def value(self) -> Any:
        """As DynamoDB writes values: ``{"N": "1"}``."""
        if self.skip("?"):
            if not self.parameters:
                raise NoStatement("Number of parameters in request and statement don't match.")
            return self.parameters.pop(0)
        if self.kind == "text":
            return {"S": self.tokens.pop(0)[1].replace("''", "'")}
        if self.kind == "number" or self.at("-"):
            sign = "-" if self.skip("-") else ""
            if self.kind != "number":
                raise self.unexpected()
            return {"N": sign + self.tokens.pop(0)[1]}
        for word, value in {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}.items():
            if self.skip(word):
                return value
        if self.skip("{"):
            return {"M": dict(self._until("}", self._entry))}
        if self.skip("["):
            return {"L": self._until("]", self.value)}
        if self.skip("<<"):
            return self._set_of(self._until(">>", self.value))
        raise self.unexpected()

    def _until(self, closing: str, one: Callable[[], Any]) -> list[Any]:
        found = [] if self.at(closing) else self.several(one)
        self.take(closing)
        return found

    def _entry(self) -> tuple[str, Any]:
        if self.kind not in ("text", "quoted"):
            raise self.unexpected()
        name = self.tokens.pop(0)[1]
        self.take(":")
        return name, self.value()

    @staticmethod
    def _set_of(members: list[Any]) -> Any:
        kinds = {kind for member in members for kind in member}
        if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
            raise NoStatement("A set has members of one type: texts, numbers or bytes")
        (kind,) = kinds
        return {f"{kind}S": [member[kind] for member in members]}


def joined(conditions: list[Conjunct]) -> str:
    return " AND ".join(each.text for each in conditions)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = TOKEN.match(text, at)
        if found is None:
            raise NoStatement(f"Statement wasn't well formed, can't be processed: Unexpected {text[at:].split()[0]!r}")
        kind = str(found.lastgroup)
        yield kind, found[kind]
        at = found.end()
