"""The client schema that is made type by type says what the one made at once says."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLDeferDirective,
    GraphQLInterfaceType,
    GraphQLSchema,
    get_introspection_query,
    graphql_sync,
    parse,
    print_schema,
    validate,
)

from federation.composition import Composed, compose
from federation.errors import SupergraphError
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.lazy_api_schema import lazy_api_schema
from federation.supergraph.model import Supergraph
from federation.supergraph.reader import read_supergraph
from tests.benchmarks.large_graph import large_graph
from tests.support.shared import ROOT

EVERYTHING = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, one_of=True
)


def composed(count: int) -> str:
    result = compose(large_graph(count, types=40))
    assert isinstance(result, Composed)
    return result.supergraph_sdl


LARGE = composed(3)
FILES = sorted(
    path
    for path in (ROOT / "tests").rglob("*.graphql")
    if "join__Graph" in path.read_text(encoding="utf-8")
)


def both(sdl: str) -> tuple[GraphQLSchema | str, GraphQLSchema | str]:
    """Return the ordinary and the lazy schema, or why there is none."""
    supergraph = read_supergraph(sdl)
    found: list[Any] = []
    for make in (build_api_schema, lazy_api_schema):
        try:
            found.append(make(supergraph))
        except SupergraphError as error:
            found.append(str(error))
    return found[0], found[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_supergraph_of_the_tests(path: Path) -> None:
    ordinary, lazy = both(path.read_text(encoding="utf-8"))
    assert not isinstance(ordinary, str)
    assert not isinstance(lazy, str)
    same(ordinary, lazy)


def test_a_large_one() -> None:
    ordinary, lazy = both(LARGE)
    assert not isinstance(ordinary, str)
    assert not isinstance(lazy, str)
    same(ordinary, lazy)


def same(ordinary: GraphQLSchema, lazy: GraphQLSchema) -> None:
    # In this order: what is asked first must not depend on what was made before.
    for name, type_ in ordinary.type_map.items():
        assert name in lazy.type_map
        own = lazy.get_type(name)
        assert own is lazy.type_map[name]
        assert type(own) is type(type_)
        if isinstance(type_, GraphQLInterfaceType):
            assert isinstance(own, GraphQLInterfaceType)
            for members in ("objects", "interfaces"):
                expected = getattr(ordinary.get_implementations(type_), members)
                found = getattr(lazy.get_implementations(own), members)
                assert [one.name for one in found] == [one.name for one in expected]
    assert len(lazy.type_map) == len(ordinary.type_map)
    assert list(lazy.type_map) == list(ordinary.type_map)
    assert print_schema(lazy) == print_schema(ordinary)
    answers = [graphql_sync(each, EVERYTHING) for each in (lazy, ordinary)]
    assert answers[0].errors is None
    assert answers[0].data == answers[1].data
    assert "Float" not in ordinary.type_map or lazy.get_type("Float") is not None
    for absent in ("join__FieldSet", "Nowhere"):
        assert lazy.get_type(absent) is None
        assert absent not in lazy.type_map


def test_only_what_is_asked_for_is_made() -> None:
    schema = lazy_api_schema(read_supergraph(LARGE), GraphQLDeferDirective)
    assert schema.get_directive("defer") is GraphQLDeferDirective
    query = parse('{ patent(id: "1") { title price { amount } } }')
    assert validate(schema, query) == []
    # graphql-core keeps a type's fields under their name once they were looked at.
    types = [
        type_
        for name in read_supergraph(LARGE).types
        if (type_ := schema.get_type(name)) is not None
    ]
    looked_at = {type_.name for type_ in types if "fields" in vars(type_)}
    assert {"Query", "Patent", "Money"} <= looked_at
    assert "Thing1x2" in schema.type_map
    assert "Thing1x2" not in looked_at


def test_suggestions_and_unknown_names_are_those_of_the_ordinary_one() -> None:
    ordinary, lazy = both(LARGE)
    assert isinstance(ordinary, GraphQLSchema)
    assert isinstance(lazy, GraphQLSchema)
    for text in (
        "{ patnt { id } }",
        "query ($a: Mony) { __typename }",
        "query ($a: Float, $b: Int) { __typename }",
        '{ patent(id: "1") { ... on Monny { id } titel } }',
        '{ p0Search(text: "x") { ... on Patent { id } ... on Thing0x1 { name } } }',
        "mutation { p0Save(input: { name: 1, sate: OPEN }) { id } }",
    ):
        document = parse(text)
        found, expected = validate(lazy, document), validate(ordinary, document)
        assert [error.message for error in found] == [error.message for error in expected]


def test_threads_make_each_type_once() -> None:
    schema = lazy_api_schema(read_supergraph(LARGE))
    names = list(read_supergraph(LARGE).types)
    seen: list[dict[str, int]] = []
    start = threading.Barrier(4)

    def look() -> None:
        start.wait()
        seen.append({name: id(schema.get_type(name)) for name in names})

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each == seen[0] for each in seen)


SMALL = (ROOT / "tests/federation/server/supergraph.graphql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tree: Tree", "tree: Forest", "Unknown type: 'Forest' of Query.tree"),
        ("where: Where", "where: Place", "Unknown type: 'Place' of Query.search(where:)"),
        ("tree: Tree", "tree: Where", "Wrong kind of type: 'Where' of Query.tree"),
        ("where: Where", "where: Tree", "Wrong kind of type: 'Tree' of Query.search(where:)"),
    ],
)
def test_members_of_types_that_are_not_there(old: str, new: str, said: str) -> None:
    assert old in SMALL
    supergraph: Supergraph = read_supergraph(SMALL.replace(old, new))
    with pytest.raises(SupergraphError) as caught:
        lazy_api_schema(supergraph)
    assert said in str(caught.value)
