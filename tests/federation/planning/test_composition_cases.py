"""Whatever composition accepts can be planned: for every field of every accepted case a query.

Each operation leads from a root by the shortest way to one field. Composition's promise is that
it can be answered; a `PlanningError` here means that the two stages do not agree.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.planning import Planner
from federation.planning.leaves import NoPathError
from federation.supergraph.api_schema import build_api_schema
from tests.support.shared import SHARED, needs_shared

_CASES = SHARED / "conformance" / "composition_cases.json"
# What composition accepts and planning refuses, by case, with the operations.
#
# Each subgraph resolves `Node.id` for one of the two types only. Composition looks at each type
# alone and finds a way; the reference gateways refuse the operation on the interface, and the
# conformance suite `corrupted-supergraph-node-id`, the same graph, demands that it is refused.
_REFUSED = {
    "satisfiability-error/make-sure-we-avoid-infinite-loops@v2.6": [
        'query { node(id: "x") { id } }',
    ],
}
_SCALARS = {"Int": "1", "Float": "1.5", "Boolean": "true"}

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@cache
def _accepted() -> dict[str, Any]:
    if not _CASES.is_file():
        return {}
    cases = json.loads(_CASES.read_text(encoding="utf-8"))
    return {case["id"]: case for case in cases if case["expect"]["ok"]}


def _value(type_: Any) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _value(type_.of_type)
    if isinstance(type_, GraphQLList):
        return f"[{_value(type_.of_type)}]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        if type_.is_one_of:
            name, field = next(iter(type_.fields.items()))
            return f"{{{name}: {_value(field.type)}}}"
        needed = {n: f for n, f in type_.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return "{" + ", ".join(f"{n}: {_value(f.type)}" for n, f in needed.items()) + "}"
    return _SCALARS.get(type_.name, '"x"')


def _call(name: str, field: GraphQLField) -> str:
    needed = {n: a for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    if not needed:
        return name
    return name + "(" + ", ".join(f"{n}: {_value(a.type)}" for n, a in needed.items()) + ")"


def _operations(schema: GraphQLSchema) -> Iterator[str]:
    """Yield an operation for every field that can be reached."""
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        if root is None:
            continue
        seen = {root.name}
        waiting: deque[tuple[Composite, list[str]]] = deque([(root, [kind])])
        while waiting:
            parent, way = waiting.popleft()
            if isinstance(parent, GraphQLUnionType | GraphQLInterfaceType):
                for member in schema.get_possible_types(parent):
                    if member.name not in seen:
                        seen.add(member.name)
                        waiting.append((member, [*way, f"... on {member.name}"]))
            if isinstance(parent, GraphQLUnionType):
                continue
            for name, field in parent.fields.items():
                target = get_named_type(field.type)
                inside = [*way, _call(name, field)]
                is_composite = isinstance(target, Composite)
                last = ["__typename"] if is_composite else []
                yield " { ".join([*inside, *last]) + " }" * (len(inside) + len(last) - 1)
                if is_composite and target.name not in seen:
                    seen.add(target.name)
                    waiting.append((target, inside))


@needs_shared
@pytest.mark.parametrize("case_id", _accepted())
def test_every_field_can_be_planned(case_id: str) -> None:
    subgraphs = _accepted()[case_id]["subgraphs"]
    composed = compose([SubgraphSource(s["name"], s["url"], s["sdl"]) for s in subgraphs])
    assert isinstance(composed, Composed)
    planner = Planner(composed.supergraph_sdl)
    operations = list(_operations(build_api_schema(planner.supergraph)))
    assert operations
    refused = []
    for operation in operations:
        try:
            planner.plan(operation)
        except NoPathError:
            refused.append(operation)
    assert refused == _REFUSED.get(case_id, [])
