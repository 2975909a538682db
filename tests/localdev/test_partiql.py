"""The syntax of PartiQL: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html"""

from __future__ import annotations

from typing import Any

import pytest

from localdev.partiql.expressions import NoStatement, joined
from localdev.partiql.statements import parse


def where(condition: str) -> str:
    """The condition as an expression, with names and values in their places."""
    read = parse(f"SELECT * FROM t WHERE {condition}")
    text = joined(read.where)
    for mark, name in reversed(read.names.items()):
        text = text.replace(mark, name)
    for mark, value in reversed(read.values.items()):
        text = text.replace(mark, str(*value.values()))
    return text


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        ("a = 1", "a = 1"),
        ("a != 'x' AND b <> 'y'", "a <> x AND b <> y"),
        ("a < 1 OR b >= 2 AND c > 3", "(a < 1 OR b >= 2 AND c > 3)"),
        ("(a = 1 OR b = 2) and (c = 3)", "(a = 1 OR b = 2) AND c = 3"),
        ("(a = 1 AND b = 2) AND NOT c = 3 AND d = 4", "(a = 1 AND b = 2) AND NOT (c = 3) AND d = 4"),
        ("a BETWEEN 1 AND -2.5 AND b = 1e2", "a BETWEEN 1 AND -2.5 AND b = 1e2"),
        ("a IN [1, 2] AND b IN ('x')", "a IN (1, 2) AND b IN (x)"),
        ("a.b[1].\"c d\" = 'it''s'", "a.b[1].c d = it's"),
        ("a IS MISSING AND b IS NOT MISSING", "attribute_not_exists(a) AND attribute_exists(b)"),
        ("a IS NULL AND b IS NOT NULL", "attribute_type(a, NULL) AND NOT (attribute_type(b, NULL))"),
        ("begins_with(a, 'x') AND CONTAINS(b, 1)", "begins_with(a, x) AND contains(b, 1)"),
        ("size(a) > 3 AND attribute_type(b, 'N')", "size(a) > 3 AND attribute_type(b, N)"),
        ("a = true AND b = b", "a = True AND b = b"),
    ],
)
def test_conditions(condition: str, expression: str) -> None:
    assert where(condition) == expression


def test_keys_are_those_that_equal_a_value() -> None:
    read = parse("SELECT * FROM t WHERE a = ? AND b = 2 AND c > 1 AND (d = 1 OR e = 2) AND f = g", [{"S": "x"}])
    assert [(each.key, each.value) for each in read.where if each.key] == [("a", {"S": "x"}), ("b", {"N": "2"})]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'a'", {"S": "a"}),
        ("-1.5", {"N": "-1.5"}),
        ("false", {"BOOL": False}),
        ("NULL", {"NULL": True}),
        ("[1, 'a', []]", {"L": [{"N": "1"}, {"S": "a"}, {"L": []}]}),
        ("{'x': {\"y\": 1}}", {"M": {"x": {"M": {"y": {"N": "1"}}}}}),
        ("<<1, 2>>", {"NS": ["1", "2"]}),
        ("<<'a'>>", {"SS": ["a"]}),
    ],
)
def test_values(literal: str, value: Any) -> None:
    assert parse(f"INSERT INTO t VALUE {{'v': {literal}}}").item == {"v": value}


def test_updates() -> None:
    read = parse(
        "UPDATE t SET a = 1 SET b = b + 2 SET l = list_append(l, [3]) "
        "SET s = set_add(s, <<4>>) SET d = set_delete(d, ?) REMOVE m.x WHERE k = 'k' RETURNING MODIFIED NEW *",
        [{"NS": ["5"]}],
    )
    assert read.updates == {
        "SET": ["#0 = :0", "#1 = #1 + :1", "#2 = list_append(#2, :2)"],
        "ADD": ["#3 :3"],
        "DELETE": ["#4 :4"],
        "REMOVE": ["#5.#6"],
    }
    assert (read.returned, [each.key for each in read.where]) == ("UPDATED_NEW", ["k"])


def test_selections() -> None:
    read = parse('select a, b.c from "my-table"."my-index" where k = 1 order by r desc, k asc')
    assert (read.table, read.index, read.paths) == ("my-table", "my-index", [("a",), ("b", "c")])
    assert read.order == [("r", True), ("k", False)]
    inside = parse("EXISTS(SELECT * FROM t WHERE k = 1)")
    assert (inside.kind, inside.table, inside.where[0].key) == ("EXISTS", "t", "k")


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "DROP TABLE t",
        "SELECT COUNT(*) FROM t",
        "SELECT * FROM t WHERE",
        "SELECT * FROM t WHERE a",
        "SELECT * FROM t WHERE a = 1 b",
        "SELECT * FROM t WHERE (a = 1",
        "SELECT * FROM t WHERE a = 'open",
        "SELECT * FROM t WHERE begins_with(a)",
        "SELECT * FROM t WHERE a = ?",
        "SELECT * FROM t; SELECT * FROM t",
        "INSERT INTO t VALUE 'a'",
        "INSERT INTO t VALUE {a: 1}",
        "INSERT INTO t VALUE {'a': <<1, 'b'>>}",
        "UPDATE t WHERE a = 1",
        "UPDATE t SET a = 1",
        "UPDATE t SET a = 1, b = 2 WHERE k = 1",
        "UPDATE t SET a = set_add(b, <<1>>) WHERE k = 1",
        "UPDATE t SET a = 1 WHERE k = 1 RETURNING SOME NEW *",
        "DELETE FROM t",
        "DELETE FROM t WHERE k = 1 RETURNING ALL NEW *",
        "SELECT a[1.5] FROM t",
        "SELECT a['1'] FROM t",
        f"SELECT a[{'9' * 5000}] FROM t",
        "SELECT * FROM t WHERE a = \N{ARABIC-INDIC DIGIT ONE}",
        f"INSERT INTO t VALUE {{'a': {'[' * 4000}",
    ],
)
def test_what_is_no_statement(statement: str) -> None:
    with pytest.raises(NoStatement):
        parse(statement)


def test_parameters_are_all_used() -> None:
    with pytest.raises(NoStatement, match="Number of parameters"):
        parse("SELECT * FROM t WHERE a = ?", [{"S": "x"}, {"S": "y"}])
