"""Coercion of variables (GraphQL October 2021 §6.1.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from graphql import build_schema

from federation.errors import RequestError
from federation.language import parse_type_ref
from federation.operation.model import Operation, Variable
from federation.operation.variables import CODE, coerce_variables
from federation.plan.nodes import OperationKind

SCHEMA = build_schema("""
scalar Money
enum Kind { A B }
input In { id: ID! n: Int = 3 inner: In list: [Int!] }
input One @oneOf { a: Int b: String }
type Query { f(in: In, one: One, m: Money, k: Kind): Int }
""")


def _coerce(type_text: str, default: str | None = None, **given: Any) -> dict[str, Any]:
    variable = Variable("v", parse_type_ref(type_text), default)
    operation = Operation(OperationKind.QUERY, None, "Query", (variable,), ())
    return coerce_variables(SCHEMA, operation, given)


@pytest.mark.parametrize(
    ("type_text", "value"),
    [
        ("Int", 5),
        ("Int", None),
        ("Float", 1),
        ("Float", Decimal("0.10000000000000000001")),
        ("ID", 2**70),
        ("ID", "x"),
        ("Kind", "A"),
        ("[Int]", [1, None]),
        ("In", {"id": "1", "inner": {"id": 2, "list": [1]}}),
        ("One", {"a": 1}),
        # custom scalars are the subgraph's business
        ("Money", {"any": [2**80, "thing"]}),
        ("Money!", 2**80),
    ],
)
def test_accepted_untouched(type_text: str, value: Any) -> None:
    assert _coerce(type_text, v=value) == {"v": value}


def test_single_value_becomes_a_list() -> None:
    assert _coerce("[[Int!]]", v=1) == {"v": [[1]]}
    assert _coerce("In", v={"id": 1, "list": 2}) == {"v": {"id": 1, "list": [2]}}


def test_defaults() -> None:
    assert _coerce("Boolean!", "true") == {"v": True}
    assert _coerce("In", '{id: "1"}') == {"v": {"id": "1"}}
    assert _coerce("Boolean", "true", v=None) == {"v": None}
    assert _coerce("Int") == {}
    # a fraction stays in the operation's text, where no digit is lost
    assert _coerce("Float", "0.10000000000000000001") == {}


@pytest.mark.parametrize(
    ("type_text", "value", "where"),
    [
        ("Int", "5", r"\$v must be a value of type Int"),
        ("Int", 2**31, r"\$v must"),
        ("Int", 1.5, r"\$v must"),
        ("Int", True, r"\$v must"),
        ("Float", float("nan"), r"\$v must"),
        ("String", 1, r"\$v must"),
        ("Boolean", 0, r"\$v must"),
        ("ID", True, r"\$v must"),
        ("Int!", None, r"\$v of type Int! must not be null"),
        ("[Int!]", [1, None], r"\$v\[1\]"),
        ("Kind", "C", "enum Kind"),
        ("In", [], "object of type In"),
        ("In", {"id": 1, "x": 2}, 'has a field "x"'),
        ("In", {}, r"\$v.id of type ID! must be given"),
        ("In", {"id": 1, "inner": {"id": 1, "n": "x"}}, r"\$v.inner.n"),
        ("One", {}, "exactly one"),
        ("One", {"a": 1, "b": "x"}, "exactly one"),
        ("One", {"a": None}, "exactly one"),
    ],
)
def test_refused(type_text: str, value: Any, where: str) -> None:
    with pytest.raises(RequestError, match=where) as error:
        _coerce(type_text, v=value)
    assert error.value.code == CODE


def test_missing() -> None:
    with pytest.raises(RequestError, match=r"\$v of type Int! must be given"):
        _coerce("Int!")


def test_deep_input_is_refused() -> None:
    value: dict[str, Any] = {"id": 1}
    for _ in range(500):
        value = {"id": 1, "inner": value}
    with pytest.raises(RequestError, match="nested deeper"):
        _coerce("In", v=value)
