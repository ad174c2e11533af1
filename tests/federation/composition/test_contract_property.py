"""Contracts of randomly tagged graphs: a part of the graph, or a coded refusal; never more."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from federation.composition import Composed, SubgraphSource, compose
from federation.composition.contract import ContractError, contract
from federation.language import parse_directive
from federation.supergraph.diff import Severity, diff
from federation.supergraph.model import Field, InputValue, Supergraph, TypeDef
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph

SDL = """
type Query { node(id: ID!): Node  hits(by: By, order: Order = UP): [Hit!]  me: User  any: Json }
type Mutation { rename(to: Name!): User  drop: Boolean }
interface Node { id: ID!  label(long: Boolean): String }
type User implements Node { id: ID!  label(long: Boolean): String  friends: [User]  role: Role }
type Group implements Node { id: ID!  label(long: Boolean): String  users: [User!]! }
union Hit = User | Group
enum Role { ADMIN GUEST }
enum Order { UP DOWN }
input By { text: String = "x"  role: Role  name: Name }
input Name { first: String!  last: String }
scalar Json
"""


@cache
def whole() -> Supergraph:
    composed = compose([SubgraphSource("a", "", SDL)])
    assert isinstance(composed, Composed)
    return composed.supergraph


def tagged(seed: int) -> Supergraph:
    """Return the graph with tags `x` and `y` strewn over it."""
    choose = random.Random(seed)
    rarity = choose.choice([2, 4, 8, 16, 32])

    def tags() -> tuple[object, ...]:
        return tuple(
            parse_directive(f'@tag(name: "{t}")') for t in "xy" if not choose.randrange(rarity)
        )

    def argument(value: InputValue) -> InputValue:
        return replace(value, directives=tags())

    def field(value: Field) -> Field:
        return replace(
            value, directives=tags(), arguments=tuple(argument(a) for a in value.arguments)
        )

    def type_(value: TypeDef) -> TypeDef:
        return replace(
            value,
            directives=tags(),
            fields={name: field(f) for name, f in value.fields.items()},
            input_fields={name: argument(f) for name, f in value.input_fields.items()},
            values={name: replace(v, directives=tags()) for name, v in value.values.items()},
        )

    graph = whole()
    return replace(graph, types={name: type_(t) for name, t in graph.types.items()})


TERMS = (
    {"include": ["x"]},
    {"exclude": ["y"]},
    {"include": ["x"], "exclude": ["y"]},
    {"exclude": ["x", "y"], "hide_unreachable": True},
    {"include": ["x", "y"], "hide_unreachable": True},
)


def outcomes(seed: int) -> tuple[list[Supergraph], list[ContractError]]:
    """Return the contracts that are possible, and why the others are not."""
    graph = tagged(seed)
    made, refused = [], []
    for terms in TERMS:
        try:
            made.append(contract(graph, **terms))  # type: ignore[arg-type]
        except ContractError as error:
            refused.append(error)
    return made, refused


@pytest.mark.parametrize("seed", range(60))
def test_clients_of_a_contract_can_move_to_the_whole_graph(seed: int) -> None:
    graph = tagged(seed)
    contracts, refused = outcomes(seed)
    assert all(error.errors for error in refused)
    assert not [e for e in refused if e.code == "INVALID_GRAPHQL"], "a rule says it better"
    for made in contracts:
        changes = diff(made, graph)
        assert not [str(c) for c in changes if c.severity is Severity.BREAKING]
        assert read_supergraph(print_supergraph(made)).types == made.types


def test_contracts_are_possible_often_enough_to_prove_something() -> None:
    assert sum(len(outcomes(seed)[0]) for seed in range(60)) >= 40
