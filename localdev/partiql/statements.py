"""Statements of DynamoDB's PartiQL, read into the expressions that its other operations take.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from localdev.partiql.expressions import Conjunct, Expressions, NoStatement, Path

RETURNED = {
    ("ALL", "OLD"): "ALL_OLD",
    ("ALL", "NEW"): "ALL_NEW",
    ("MODIFIED", "OLD"): "UPDATED_OLD",
    ("MODIFIED", "NEW"): "UPDATED_NEW",
}


@dataclass
class Statement:
    """``kind``: SELECT, INSERT, UPDATE or DELETE; EXISTS for a SELECT that a transaction only asks about.

    ``names`` and ``values``: what ``#0`` and ``:0`` stand for in conditions and updates.
    """

    kind: str
    table: str = ""
    index: str | None = None
    item: dict[str, Any] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)  # none for everything
    where: list[Conjunct] = field(default_factory=list)
    updates: dict[str, list[str]] = field(default_factory=dict)
    order: list[tuple[str, bool]] = field(default_factory=list)  # attribute, and whether descending
    returned: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def parse(text: str, parameters: list[Any] | None = None) -> Statement:
    """parameters: DynamoDB's attribute values, one for each ``?``. Raises NoStatement."""
    reader = Reader(text, list(parameters or []))
    try:
        statement = reader.statement()
    except RecursionError:
        raise NoStatement("Statement wasn't well formed, can't be processed: It is nested too deeply") from None
    if reader.kind:
        raise reader.unexpected()
    if reader.parameters:
        raise NoStatement("Number of parameters in request and statement don't match.")
    return statement


class Reader(Expressions):
    """Reads one statement from its beginning on."""

    def __init__(self, text: str, parameters: list[Any]) -> None:
        super().__init__(text, parameters)
        self.of = Statement("", names=self.names, values=self.values)

    def statement(self) -> Statement:
        if self.skip("EXISTS", "("):
            self.take("SELECT")
            self._select()
            self.take(")")
            self.of.kind = "EXISTS"
            return self.of
        for verb, read in (
            (("SELECT",), self._select),
            (("INSERT", "INTO"), self._insert),
            (("UPDATE",), self._update),
            (("DELETE", "FROM"), self._delete),
        ):
            if self.skip(*verb):
                self.of.kind = verb[0]
                read()
                return self.of
        raise self.unexpected()

    def _table(self) -> None:
        self.of.table = self.name()
        if self.skip("."):
            self.of.index = self.name()

    def _select(self) -> None:
        if not self.skip("*"):
            self.of.paths = self.several(self.path)
        self.take("FROM")
        self._table()
        if self.skip("WHERE"):
            self.of.where = self.conjuncts()
        if self.skip("ORDER", "BY"):
            self.of.order = self.several(self._ordered)

    def _ordered(self) -> tuple[str, bool]:
        name = self.name()
        descending = self.skip("DESC")
        return name, descending or (self.skip("ASC") and False)

    def _insert(self) -> None:
        self._table()
        self.take("VALUE")
        value = self.value()
        if "M" not in value:
            raise NoStatement("An item is a map, as in {'key': 'value'}")
        self.of.item = value["M"]

    def _update(self) -> None:
        self._table()
        while self.at("SET") or self.at("REMOVE"):
            if self.skip("REMOVE"):
                self._change("REMOVE", self.placed(self.path()))
            else:
                self.take("SET")
                self._set(self.path())
        if not self.of.updates:
            raise self.unexpected()
        self.take("WHERE")
        self.of.where = self.conjuncts()
        self._returning()

    def _change(self, clause: str, text: str) -> None:
        self.of.updates.setdefault(clause, []).append(text)

    def _set(self, path: Path) -> None:
        target = self.placed(path)
        self.take("=")
        for function, clause in (("SET_ADD", "ADD"), ("SET_DELETE", "DELETE")):
            if self.skip(function, "("):
                if self.path() != path:
                    raise NoStatement(f"{function.lower()} of another attribute is not emulated")
                self.take(",")
                self._change(clause, f"{target} {self.operand()}")
                self.take(")")
                return
        self._change("SET", f"{target} = {self._sum()}")

    def _sum(self) -> str:
        if self.skip("LIST_APPEND", "("):
            first = self.operand()
            self.take(",")
            text = f"list_append({first}, {self.operand()})"
            self.take(")")
            return text
        text = self.operand()
        for mark in ("+", "-"):
            if self.skip(mark):
                return f"{text} {mark} {self.operand()}"
        return text

    def _delete(self) -> None:
        self._table()
        self.take("WHERE")
        self.of.where = self.conjuncts()
        self._returning()

    def _returning(self) -> None:
        if self.skip("RETURNING"):
            asked = self.name().upper(), self.name().upper()
            self.take("*")
            if asked not in RETURNED or (self.of.kind == "DELETE" and asked != ("ALL", "OLD")):
                raise NoStatement(f"RETURNING {' '.join(asked)} * is not possible here")
            self.of.returned = RETURNED[asked]
