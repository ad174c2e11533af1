"""Short ways to write plans, shapes and subgraphs by hand.

`shape_of` derives a response shape from a monolith schema and an operation, independently of the
planner: fields as the client wrote them, `source` the response key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from federation.errors import SubgraphError
from federation.execution.context import Answer, ErrorPolicy, ExecutionContext
from federation.execution.executor import CompiledPlan, compile_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.language import parse_field_set, response_key
from federation.plan.nodes import (
    Fetch,
    OperationKind,
    Path,
    PathKey,
    PathList,
    PlanNode,
    QueryPlan,
    Representation,
    RequiredField,
    Selected,
    SelectedField,
    SelectedFragment,
)
from federation.plan.shape import (
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
)


def path(text: str) -> Path:
    """`users.@.name`; `|[A,B]` after a key restricts the object before it."""
    elements: list[PathKey | PathList] = []
    for word in filter(None, text.split(".")):
        key, _, types = word.partition("|")
        if word == "@":
            elements.append(PathList())
        else:
            elements.append(PathKey(key, tuple(types.strip("[]").split(",")) if types else None))
    return tuple(elements)


def selected(text: str) -> tuple[Selected, ...]:
    """A selection set; a fragment's condition is taken as the one type it is for."""
    return _selected(parse_field_set(text))


def _selected(node: SelectionSetNode | None) -> tuple[Selected, ...]:
    found: list[Selected] = []
    for item in node.selections if node else ():
        match item:
            case FieldNode():
                inner = _selected(item.selection_set)
                found.append(SelectedField(response_key(item), item.name.value, inner))
            case InlineFragmentNode():
                assert item.type_condition is not None
                types = tuple(item.type_condition.name.value.split("_or_"))
                found.append(SelectedFragment(types, _selected(item.selection_set)))
    return tuple(found)


def required(text: str, *, nullable: bool = False) -> tuple[RequiredField, ...]:
    """Required members; `alias: name` reads member `alias` of the data as `name`."""
    return _required(parse_field_set(text), nullable)


def _required(node: SelectionSetNode | None, nullable: bool) -> tuple[RequiredField, ...]:
    return tuple(
        RequiredField(
            item.name.value, response_key(item), _required(item.selection_set, nullable), nullable
        )
        for item in (node.selections if node else ())
        if isinstance(item, FieldNode)
    )


def key(typename: str, fields: str = "id") -> Representation:
    return Representation((typename,), required(fields))


def root(
    id_: int, subgraph: str, selection: str, depends_on: tuple[int, ...] = (), **more: Any
) -> Fetch:
    return Fetch(
        id_, subgraph, "{ " + selection + " }", selections=selected(selection),
        depends_on=depends_on, **more,
    )  # fmt: skip


def entities(
    id_: int,
    subgraph: str,
    where: str,
    keys: tuple[Representation, ...] | Representation,
    selection: str,
    depends_on: tuple[int, ...] = (0,),
    **more: Any,
) -> Fetch:
    """An entity fetch; its text is not parsed by anyone here."""
    representations = (keys,) if isinstance(keys, Representation) else keys
    text = "query($representations:[_Any!]!){_entities(representations:$representations){"
    return Fetch(
        id_, subgraph, text + selection + "}}", path=path(where), representations=representations,
        selections=selected(selection), depends_on=depends_on, **more,
    )  # fmt: skip


def shape_of(
    schema: GraphQLSchema, operation: str, sources: Mapping[str, str] | None = None
) -> ResponseShape:
    """Return the response shape of the only operation in a document.

    `sources` maps response keys to members of the data where they differ.
    """
    document = parse(operation)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    [main] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    parent = schema.get_root_type(main.operation)
    assert parent is not None
    return ResponseShape(
        _ShapeOf(schema, fragments, sources or {}).object(parent, [main.selection_set])
    )


Conjunction = tuple[tuple[str, bool], ...]


@dataclass
class _ShapeOf:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    sources: Mapping[str, str]

    def object(self, parent: Any, sets: list[SelectionSetNode]) -> ObjectShape:
        concrete = (
            [parent]
            if isinstance(parent, GraphQLObjectType)
            else list(self.schema.get_possible_types(parent))
        )
        fields: list[FieldShape] = []
        for type_ in concrete:
            for name, nodes in self.collect(type_, sets, ()).items():
                types = (type_.name,) if len(concrete) > 1 else None
                fields.append(self.field(type_, name, nodes, types))
        only = concrete[0].name if len(concrete) == 1 else None
        return ObjectShape(tuple(t.name for t in concrete), tuple(fields), only)

    def collect(
        self, type_: GraphQLObjectType, sets: list[SelectionSetNode], under: Conjunction
    ) -> dict[str, list[tuple[FieldNode, Conjunction]]]:
        found: dict[str, list[tuple[FieldNode, Conjunction]]] = {}
        for item in (item for one in sets for item in one.selections):
            conditions = (*under, *_conditions(item))
            if isinstance(item, FieldNode):
                found.setdefault(response_key(item), []).append((item, conditions))
                continue
            node: Any = item
            if isinstance(item, FragmentSpreadNode):
                node = self.fragments[item.name.value]
            if node.type_condition is not None:
                wanted: Any = self.schema.get_type(node.type_condition.name.value)
                possible = (
                    [wanted]
                    if isinstance(wanted, GraphQLObjectType)
                    else self.schema.get_possible_types(wanted)
                )
                if type_ not in possible:
                    continue
            for name, nodes in self.collect(type_, [node.selection_set], conditions).items():
                found.setdefault(name, []).extend(nodes)
        return found

    def field(
        self,
        parent: GraphQLObjectType,
        name: str,
        nodes: list[tuple[FieldNode, Conjunction]],
        types: tuple[str, ...] | None,
    ) -> FieldShape:
        node = nodes[0][0]
        conditions = () if any(not c for _, c in nodes) else tuple(c for _, c in nodes)
        more: dict[str, Any] = {"types": types, "conditions": conditions, "parent": parent.name}
        if node.name.value == "__typename":
            return FieldShape(name, "__typename", TypenameShape(), False, **more)
        type_: Any = parent.fields[node.name.value].type
        nullable = not isinstance(type_, GraphQLNonNull)
        # Members of a merged object field keep the conditions of the occurrence they came from
        # only when every occurrence has the same; the tests here do not mix them.
        sets = [one.selection_set for one, _ in nodes if one.selection_set]
        value = self.value(type_, sets)
        source = self.sources.get(name, name)
        return FieldShape(name, source, value, nullable, field=node.name.value, **more)

    def value(self, type_: GraphQLOutputType, sets: list[SelectionSetNode]) -> ValueShape:
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type, sets)
        if isinstance(type_, GraphQLList):
            item = type_.of_type
            return ListShape(self.value(item, sets), not isinstance(item, GraphQLNonNull))
        if isinstance(type_, GraphQLEnumType):
            return LeafShape(type_.name, tuple(type_.values))
        if sets:
            return self.object(type_, sets)
        return LeafShape(type_.name)  # type: ignore[union-attr]


def _conditions(node: Any) -> Conjunction:
    return tuple(
        (directive.arguments[0].value.name.value, directive.name.value == "include")
        for directive in node.directives or ()
    )


Script = Callable[[SubgraphRequest], Any]


@dataclass
class ScriptedTransport:
    """Answers by a function from request to `data`, response or error; keeps the requests."""

    script: Script
    requests: list[SubgraphRequest] = field(default_factory=list)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        await asyncio.sleep(0)
        result = self.script(request)
        if isinstance(result, Exception):
            raise result
        return result if isinstance(result, SubgraphResponse) else SubgraphResponse(result)

    async def close(self) -> None:
        pass

    @property
    def representations(self) -> list[Any]:
        return [request.variables.get("representations") for request in self.requests]


def answering(*answers: Any) -> ScriptedTransport:
    """Answers in turn."""
    left = list(answers)
    return ScriptedTransport(lambda _: left.pop(0))


def by_key(table: Mapping[Any, Any], member: str = "id") -> ScriptedTransport:
    """Answers `_entities` from a table."""
    return ScriptedTransport(
        lambda request: {
            "_entities": [
                None if (row := table.get(one.get(member))) is None else dict(row)
                for one in request.variables["representations"]
            ]
        }
    )


def compiled(
    node: PlanNode | None, shape: ResponseShape, kind: OperationKind = OperationKind.QUERY
) -> CompiledPlan:
    return compile_plan(QueryPlan(kind, node, shape))


async def run(
    plan: CompiledPlan,
    transports: Mapping[str, ScriptedTransport],
    variables: Mapping[str, Any] | None = None,
    **more: Any,
) -> Answer:
    more.setdefault("errors", ErrorPolicy(include=True))
    return await plan.execute(ExecutionContext(variables or {}, transports, **more))


def failed(subgraph: str, code: str = "SUBREQUEST_HTTP_ERROR") -> SubgraphError:
    return SubgraphError("no answer", subgraph=subgraph, code=code)
