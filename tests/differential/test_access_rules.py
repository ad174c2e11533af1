"""Random access rules on random federations, asked by random callers.

The monolith is told to fail where the caller may see less: at a field that is closed to it, at one
whose type is, and at an object of which everything that was asked for is closed. GraphQL's own null
propagation then gives the answer the gateway must give. Besides:

- every error is about a place that is closed, and every null the rules made is told;
- no subgraph is asked for a closed field, unless a key or a `@requires` needs it;
- without unmet rules nothing is different from the graph without rules.

Operations whose conditions depend on variables are left out: whether an object is empty is decided
for all their values at once, see `operation/passes/withhold_fields.py` and its own tests.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
)

from federation.execution.context import ExecutionContext
from federation.execution.executor import compile_plan
from federation.language import parse_directive, response_key
from federation.operation.access_rules import AccessRules, _rule
from federation.operation.passes.withhold_fields import withhold_fields
from federation.operation.variables import coerce_variables
from federation.server.authorization.withholding import CODE, errors_of
from federation.supergraph.model import Supergraph, TypeDef, TypeKind
from tests.differential.federation import Federation, _Transport
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation
from tests.differential.world import Chances, Item

FEDERATIONS = 60
EACH = 12
NAMES = ("s0", "s1", "s2")


class _Denied(GraphQLError):
    """The monolith's way to say that something is closed."""


def _with_rules(supergraph: Supergraph, draw: random.Random) -> Supergraph:
    """Return the supergraph with a rule on some object types, leaf types and fields of objects."""

    def ruled(chance: float) -> tuple[Any, ...]:
        if draw.random() > chance:
            return ()
        lists = [[draw.choice(NAMES) for _ in range(draw.randint(1, 2))] for _ in range(2)]
        kept = lists[: draw.randint(1, 2)]
        return (parse_directive(f"@requiresScopes(scopes: {json.dumps(kept)})"),)

    def of(type_def: TypeDef) -> TypeDef:
        if type_def.kind in (TypeKind.SCALAR, TypeKind.ENUM):
            return replace(type_def, directives=(*type_def.directives, *ruled(0.15)))
        if type_def.kind is not TypeKind.OBJECT:
            return type_def
        fields = {
            name: replace(field, directives=(*field.directives, *ruled(0.2)))
            for name, field in type_def.fields.items()
        }
        on_type = ruled(0.0 if type_def.name in ("Query", "Mutation") else 0.12)
        return replace(type_def, fields=fields, directives=(*type_def.directives, *on_type))

    return replace(supergraph, types={name: of(t) for name, t in supergraph.types.items()})


class _Monolith:
    """What one caller gets of the monolith."""

    def __init__(self, federation: Federation, access: AccessRules, denied: frozenset[str]) -> None:
        self.federation = federation
        self.schema = federation.monolith
        self.access = access
        self.denied = denied
        self.fragments: dict[str, FragmentDefinitionNode] = {}

    def answer(
        self, query: str, variables: Mapping[str, Any]
    ) -> tuple[Any, list[tuple[Any, ...]]] | None:
        """Return the data and the paths where something is closed.

        None where something else fails, too: enum values that clients do not know.
        """
        document = parse(query)
        self.fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self.federation.world.start()
        result = execute_sync(
            self.schema,
            document,
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value.type,
        )
        errors = result.errors or []  # type: ignore[union-attr]
        if not all(isinstance(error.original_error, _Denied) for error in errors):
            return None
        return json.loads(json.dumps(result.data)), [tuple(error.path or ()) for error in errors]

    def _resolve(self, source: Item | None, info: Any, **arguments: Any) -> Any:
        if self.is_closed(info.parent_type.name, info.field_name, info.field_nodes):
            raise _Denied("closed")
        item = source or Item(info.parent_type.name, 0)
        return self.federation.world.value(item, info.field_name, arguments)

    def is_closed(self, type_name: str, field_name: str, nodes: list[FieldNode]) -> bool:
        """Whether a field of objects of a type is closed, itself or by all that is asked below."""
        if field_name.startswith("__"):
            return False
        declared = self.schema.type_map[type_name].fields[field_name].type  # type: ignore[attr-defined]
        kind = get_named_type(declared)
        type_def = self.access.types[type_name]
        demanded = [
            type_def.directives,
            type_def.fields[field_name].directives,
            self.access.types[kind.name].directives if kind.name in self.access.types else (),
        ]
        if any(self._is_unmet(node) for nodes_ in demanded for node in nodes_):
            return True
        return is_composite_type(kind) and self._is_empty(kind, nodes)

    def _is_unmet(self, node: Any) -> bool:
        return node.name.value == "requiresScopes" and _rule(node, "scopes").text in self.denied

    def _is_empty(self, kind: Any, nodes: list[FieldNode]) -> bool:
        types = self.schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        asked = False
        for type_ in types:
            fields: dict[str, list[FieldNode]] = {}
            for node in nodes:
                assert node.selection_set is not None
                for inner in self._collected(node.selection_set, type_):
                    fields.setdefault(response_key(inner), []).append(inner)
            asked |= bool(fields)
            for found in fields.values():
                if not self.is_closed(type_.name, found[0].name.value, found):
                    return False
        return asked

    def _collected(
        self, selections: SelectionSetNode, type_: GraphQLObjectType
    ) -> Iterator[FieldNode]:
        for node in selections.selections:
            if _is_left_out(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            inner = node if isinstance(node, InlineFragmentNode) else None
            fragment = inner or self.fragments[node.name.value]  # type: ignore[attr-defined]
            condition = fragment.type_condition
            if condition is None or self._applies(condition.name.value, type_):
                yield from self._collected(fragment.selection_set, type_)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        named: Any = self.schema.type_map[condition]
        return named is type_ or (
            is_abstract_type(named) and type_ in self.schema.get_possible_types(named)
        )


def _is_left_out(node: Any) -> bool:
    """Whether a literal condition leaves a selection out."""
    for directive in node.directives or ():
        wanted = {"include": True, "skip": False}.get(directive.name.value)
        for argument in directive.arguments or ():
            if isinstance(argument.value, BooleanValueNode) and argument.value.value is not wanted:
                return True
    return False


async def _ask(
    federation: Federation,
    access: AccessRules,
    denied: frozenset[str],
    query: str,
    variables: Mapping[str, Any],
) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Return the engine's response and its calls."""
    federation.world.start(frozenset())
    planner = federation.planner
    operation = planner.normalize(query)
    assert denied <= {rule.text for rule in access.rules.values()}
    made = withhold_fields(operation, access, denied)
    touched = {rule.text for rule in access.touched(operation)}
    assert made == withhold_fields(operation, access, denied & touched), "a rule was not foreseen"
    lifted = planner.normalizer.lift(made.operation)
    values = coerce_variables(federation.api_schema, lifted, variables)
    transport = _Transport(federation.subgraphs)
    context = ExecutionContext(
        variables=values,
        transports=dict.fromkeys(federation.subgraphs, transport),
        known_errors=errors_of(made.fields, values),
    )
    answer = await compile_plan(planner.plan(lifted)).execute(context)
    if transport.refused is not None:
        raise transport.refused
    return json.loads(answer.body), transport.calls


def _mentioned(
    supergraph: Supergraph, type_name: str, selections: SelectionSetNode
) -> Iterator[tuple[str, str]]:
    """Yield the fields that a subgraph's text asks for."""
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            named = node.type_condition.name.value if node.type_condition else type_name
            yield from _mentioned(supergraph, named, node.selection_set)
        elif isinstance(node, FieldNode) and not node.name.value.startswith("__"):
            if node.name.value == "_entities":
                assert node.selection_set is not None
                yield from _mentioned(supergraph, "_Entity", node.selection_set)
                continue
            yield type_name, node.name.value
            if node.selection_set is not None:
                field = supergraph.types[type_name].fields[node.name.value]
                name = str(field.type).strip("[]!")
                yield from _mentioned(supergraph, name, node.selection_set)


def _needed(supergraph: Supergraph) -> set[str]:
    """Return the names of fields that the gateway may ask for on its own account."""
    texts = []
    for type_def in supergraph.types.values():
        texts += [join.key or "" for join in type_def.joins]
        for field in type_def.fields.values():
            for join in field.joins:
                texts += [join.requires or "", *(c.selection for c in join.context_arguments)]
    return {word for text in texts for word in re.findall(r"\w+", text)}


def _static(path: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("@" if isinstance(part, int) else part for part in path)


async def test_callers_see_what_the_rules_leave() -> None:
    filtered = untouched = split = nothing = 0
    for seed in range(FEDERATIONS):
        made = random_federation(seed)
        federation = Federation(made.subgraphs, seed, made.monolith, Chances(error=0.0))
        draw = random.Random(f"rules {seed}")
        supergraph = _with_rules(federation.planner.supergraph, draw)
        access = AccessRules(supergraph)
        needed = _needed(supergraph)
        for number in range(EACH):
            operation = random_operation(federation.monolith, 100_000 + seed * EACH + number)
            if "(if: $" in operation.text or "__schema" in operation.text:
                continue
            if "__type(" in operation.text:
                continue
            scopes = {name for name in NAMES if draw.random() < 0.5}
            denied = frozenset(r.text for r in access.rules.values() if not r.holds(scopes))
            monolith = _Monolith(federation, access, denied)
            expected = monolith.answer(operation.text, operation.variables)
            if expected is None:
                continue
            data, closed = expected
            where = f"federation {seed}, {number}, scopes {scopes}: {operation.text}"
            found, calls = await _ask(
                federation, access, denied, operation.text, operation.variables
            )
            same = json.dumps(found["data"], sort_keys=True) == json.dumps(data, sort_keys=True)
            assert same, f"{where}\nmonolith {data}\nengine   {found}"
            errors = found.get("errors", [])
            assert all(error["extensions"]["code"] == CODE for error in errors), (where, errors)
            told = {tuple(error["path"]) for error in errors}
            for path in map(_static, closed):
                assert any(one[: len(path)] == path for one in told), (where, path, told)
            for _, body in calls:
                asked = _document_fields(supergraph, body["query"])
                bad = {
                    (owner, name)
                    for owner, name in asked
                    if owner in supergraph.types
                    and not denied.isdisjoint(access.demanded(owner, name))
                    and name not in needed
                }
                assert not bad, (where, bad, body["query"])
            filtered += bool(closed)
            nothing += bool(closed) and not calls
            untouched += not denied and not errors
            split += "@" in {part for path in told for part in path} and found["data"] is not None
    # The test has met what it is for.
    assert filtered > 60
    assert untouched > 10
    assert split > 15
    assert nothing > 5


def _document_fields(supergraph: Supergraph, text: str) -> list[tuple[str, str]]:
    (node,) = (d for d in parse(text).definitions if isinstance(d, OperationDefinitionNode))
    root = {"query": "Query", "mutation": "Mutation"}[node.operation.value]
    return list(_mentioned(supergraph, root, node.selection_set))
