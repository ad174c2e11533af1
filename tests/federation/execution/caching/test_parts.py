"""Texts of the planner taken apart; what is written otherwise is left alone."""

from __future__ import annotations

import pytest

from federation.execution.caching.parts import read_query


def test_entities_have_a_part_each_without_the_operations_name() -> None:
    query = read_query(
        "query A__a__0($_r0:[_Any!]!,$_r1:[_Any!]!,$n:Int=1){"
        "_e0:_entities(representations:$_r0){... on T{a(n:$n)}}"
        "_e1:_entities(representations:$_r1){... on U{b}}}"
    )
    assert query is not None
    assert [(each.key, each.variable) for each in query.entities] == [
        ("_e0", "_r0"),
        ("_e1", "_r1"),
    ]
    first, second = (each.part for each in query.entities)
    assert (first.text, first.variables) == ("$n:Int=1 {... on T{a(n:$n)}}", ("n",))
    assert (second.text, second.variables) == ("{... on U{b}}", ())


def test_root_fields_are_one_part_with_their_arguments() -> None:
    query = read_query('query A__a__0($n:Int,$o:[In!]){x:list(n:$n,s:"t",in:[{a:1}]) other(o:$o)}')
    assert query is not None
    assert query.whole is not None
    assert query.whole.variables == ("n", "o")
    assert "A__a__0" not in query.whole.text
    values = [(each.name, each.values({"n": 5})) for each in query.fields]
    assert values == [("list", {"n": 5, "s": "t", "in": [{"a": 1}]}), ("other", {})]


@pytest.mark.parametrize(
    "text",
    [
        "mutation{x}",
        "subscription{x}",
        "{x} fragment F on T{a}",
        "query($r:[_Any!]!){_entities(representations:$r){... on T{a}} x}",
        "query($r:[_Any!]!,$i:Boolean!){_entities(representations:$r)@include(if:$i){... on T{a}}}",
        '{_entities(representations:[{__typename:"T"}]){... on T{a}}}',
        "query @live{x}",
        "{",
    ],
)
def test_other_texts_are_not_kept(text: str) -> None:
    assert read_query(text) is None
