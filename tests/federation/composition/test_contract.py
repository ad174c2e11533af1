"""Contracts: the rules one by one, refusals, and that hidden elements still work inside."""

from __future__ import annotations

import pytest
from graphql import parse, print_schema, validate

from federation.composition import Composed, SubgraphSource, compose
from federation.composition.contract import ContractError, contract, contract_api_schema
from federation.plan.printer import print_plan
from federation.registry.schema import build_schema
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.contracts import Contract, hide_by_contract, known_tags
from federation.supergraph.model import Supergraph
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.support.golden import GOLDEN_ROOT

HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@tag", "@inaccessible"])\n'
)


def supergraph(body: str) -> Supergraph:
    composed = compose([SubgraphSource("a", "", HEAD + body)])
    assert isinstance(composed, Composed), composed
    return composed.supergraph


def visible(body: str, **terms: object) -> str:
    """Return what clients of the contract see, on one line."""
    result = contract(supergraph(body), **terms)  # type: ignore[arg-type]
    api_schema = build_api_schema(read_supergraph(print_supergraph(result)))
    return " ".join(print_schema(api_schema).split())


@pytest.mark.parametrize(
    ("body", "terms", "expected"),
    [
        pytest.param(
            'type Query { a: Int b: Int @tag(name: "x") }',
            {"exclude": ["x"]},
            "type Query { a: Int }",
            id="an excluded field goes",
        ),
        pytest.param(
            'type Query { a: Int b: Int @tag(name: "x") }',
            {"include": ["x"]},
            "type Query { b: Int }",
            id="a field without an included tag goes",
        ),
        pytest.param(
            'type Query @tag(name: "x") { a: Int b: Int @tag(name: "y") }',
            {"include": ["x"], "exclude": ["y"]},
            "type Query { a: Int }",
            id="exclusion wins; a type's tag is its fields' tag",
        ),
        pytest.param(
            'type Query { a: Int t: T @tag(name: "y") } type T @tag(name: "y") { b: Int }',
            {"exclude": ["y"]},
            "type Query { a: Int }",
            id="an excluded type goes with what leads to it",
        ),
        pytest.param(
            'type Query { u: U @tag(name: "x") } union U = A | B '
            'type A @tag(name: "x") { a: Int } type B { b: Int }',
            {"include": ["x"]},
            None,
            id="a union asks for an included tag of its own",
        ),
        pytest.param(
            'type Query { u: U @tag(name: "x") } union U @tag(name: "x") = A | B '
            'type A @tag(name: "x") { a: Int } type B { b: Int }',
            {"include": ["x"]},
            "type A { a: Int } type Query { u: U } union U = A",
            id="members without an included field leave the union",
        ),
        pytest.param(
            'type Query { a: Int u: U @tag(name: "y") } union U = A '
            'type A @tag(name: "y") { a: Int }',
            {"exclude": ["y"]},
            "type Query { a: Int }",
            id="a union goes with its last member",
        ),
        pytest.param(
            'type Query { f(x: Int @tag(name: "y"), e: E, i: I): Int @tag(name: "x") } '
            'enum E { A B @tag(name: "y") } input I { a: Int b: S @tag(name: "y") } scalar S',
            {"include": ["x"], "exclude": ["y"]},
            "enum E { A } input I { a: Int } type Query { f(e: E, i: I): Int } scalar S",
            id="arguments, values, input fields need no included tag, but can be excluded",
        ),
        pytest.param(
            'type Query { f(x: Int @tag(name: "y"), e: E, i: I): Int @tag(name: "x") } '
            'enum E { A B @tag(name: "y") } input I { a: Int b: S @tag(name: "y") } scalar S',
            {"include": ["x"], "exclude": ["y"], "hide_unreachable": True},
            "enum E { A } input I { a: Int } type Query { f(e: E, i: I): Int }",
            id="what only hidden elements lead to is unreachable",
        ),
        pytest.param(
            'type Query { a: Int } type T { t: Int } type K @tag(name: "k") { k: Int }',
            {"hide_unreachable": True},
            "type Query { a: Int }",
            id="unreachable types go",
        ),
        pytest.param(
            'type Query { a: I @tag(name: "k") } interface I @tag(name: "k") { i: Int } '
            'type T implements I @tag(name: "k") { i: Int } '
            'type K @tag(name: "k") { k: Int } type L { l: Int }',
            {"include": ["k"], "hide_unreachable": True},
            "interface I { i: Int } type K { k: Int } type Query { a: I } "
            "type T implements I { i: Int }",
            id="an interface leads to its types; an included tag keeps a type",
        ),
        pytest.param(
            "type Query { a: I } interface I { i: Int j: Int } "
            'type T implements I { i: Int @tag(name: "y") j: Int } '
            "type S implements I { i: Int j: Int }",
            {"exclude": ["y"]},
            "interface I { j: Int } type Query { a: I } type S implements I { i: Int j: Int } "
            "type T implements I { j: Int }",
            id="an interface loses the field that one of its types hides",
        ),
        pytest.param(
            'type Query { a: Int } type Mutation { m: Int @tag(name: "y") }',
            {"exclude": ["y"]},
            "type Query { a: Int }",
            id="a root without visible fields is no root",
        ),
        pytest.param(
            'type Query { a: Int b: Int @inaccessible c: Int @tag(name: "y") }',
            {"exclude": ["y"]},
            "type Query { a: Int }",
            id="what was hidden stays hidden",
        ),
    ],
)
def test_rules(body: str, terms: dict[str, object], expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ContractError) as caught:
            visible(body, **terms)
        assert caught.value.code == "REFERENCED_INACCESSIBLE"
    else:
        assert visible(body, **terms) == expected


@pytest.mark.parametrize(
    ("terms", "code", "text"),
    [
        ({"include": ["x"], "exclude": ["x"]}, "INPUT_VALIDATION", "both included and excluded"),
        ({"include": ["a b"]}, "INPUT_VALIDATION", '"a b" cannot be a tag'),
        ({"exclude": ["a" * 129]}, "INPUT_VALIDATION", "at most 128"),
        ({"include": ["gone"]}, "QUERY_ROOT_TYPE_INACCESSIBLE", "nothing to ask"),
        ({"exclude": ["t"]}, "REFERENCED_INACCESSIBLE", '"Query.t"'),
    ],
)
def test_refusals(terms: dict[str, list[str]], code: str, text: str) -> None:
    graph = supergraph('type Query { t: T } type T @tag(name: "t") { a: Int }')
    with pytest.raises(ContractError) as caught:
        contract(graph, **terms)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert text in caught.value.message


def test_what_no_rule_names_is_found_by_graphql_itself() -> None:
    body = (
        'type Query {{ i: I }} interface I {{ a(x: Int! = 1 @tag(name: "y")): Int }} '
        "type T implements I {{ a(x: Int!{}): Int }}"
    )
    assert "a(x: Int! = 1)" in visible(body.format(" = 1"), exclude=["y"]), "one more is no harm"
    with pytest.raises(ContractError) as caught:
        visible(body.format(""), exclude=["y"])
    assert caught.value.code == "INVALID_GRAPHQL"
    assert "Without what is hidden" in caught.value.message


def test_a_contract_that_hides_nothing_changes_nothing() -> None:
    graph = supergraph('type Query { a: Int @tag(name: "x") }')
    assert contract(graph, exclude=["y"]) is graph
    assert contract(graph, include=["x"], hide_unreachable=True) is graph
    assert hide_by_contract(graph, Contract()) is graph


def test_known_tags() -> None:
    graph = supergraph(
        'type Query @tag(name: "type") { a(x: E @tag(name: "argument")): Int @tag(name: "field") } '
        'enum E { A @tag(name: "value") } input I { i: Int @tag(name: "a/b-1") }'
    )
    assert known_tags(graph) == {"type", "argument", "field", "value", "a/b-1"}


def test_at_run_time_by_a_set_of_tags() -> None:
    graph = supergraph('type Query { a: Int @tag(name: "x") b: Int @tag(name: "y") }')
    cache = {
        terms: contract_api_schema(graph, terms)
        for terms in (Contract(include=frozenset({"x"})), Contract(include=frozenset({"y"})))
    }
    seen = {
        terms: [field for field in "ab" if not validate(schema, parse(f"{{ {field} }}"))]
        for terms, schema in cache.items()
    }
    assert seen[Contract(include=frozenset({"x"}))] == ["a"]
    assert seen[Contract(include=frozenset({"y"}))] == ["b"]


def test_hidden_keys_and_requires_are_still_fetched() -> None:
    folder = GOLDEN_ROOT / "contracts/computed_from_hidden/subgraphs"
    composed = compose(
        [SubgraphSource(p.stem, "", p.read_text("utf-8")) for p in sorted(folder.glob("*"))]
    )
    assert isinstance(composed, Composed)
    schema = build_schema(print_supergraph(contract(composed.supergraph, exclude=["internal"])))
    assert validate(schema.api_schema, parse("{ centre { budget } }"))
    asked = parse("{ centre { rating } }")
    assert not validate(schema.api_schema, asked)
    plan = print_plan(schema.planner.plan(schema.normalizer.normalize(asked, None)))
    assert "code" in plan
    assert "budget" in plan
    assert 'Fetch(service: "ratings")' in plan
