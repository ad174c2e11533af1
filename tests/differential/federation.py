"""One case's two sides: the monolith on graphql-core, and the engine over mock subgraphs.

The engine's side takes every stage a request takes in the product: compose, print, read back,
API schema, validate, normalise, plan, compile, execute; answers cross a border of JSON bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    lexicographic_sort_schema,
    parse,
    print_schema,
)

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.executor import compile_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.reading import read_response
from federation.operation.variables import coerce_variables
from federation.plan.nodes import QueryPlan
from federation.planning import Planner
from federation.server.introspection import find_introspection
from federation.supergraph.api_schema import build_api_schema
from tests.differential.sdl import SubgraphSchema
from tests.differential.subgraph import MockSubgraph
from tests.differential.world import Chances, Item, World


@dataclass(slots=True)
class Reply:
    """What one side answered. `calls` and `plan` are the engine's."""

    data: Any
    errors: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    plan: QueryPlan | None = None


class Federation:
    """Subgraphs, the monolith they were cut from, and the data of one seed.

    Without `monolith_sdl` the monolith has the API schema of what the subgraphs compose to.
    """

    def __init__(
        self,
        subgraphs: Mapping[str, str],
        seed: int,
        monolith_sdl: str | None = None,
        chances: Chances | None = None,
    ) -> None:
        self.sdl = dict(subgraphs)
        sources = [SubgraphSource(name, "", sdl) for name, sdl in subgraphs.items()]
        composed = compose(sources)
        assert isinstance(composed, Composed), "\n".join(map(str, composed.errors))
        self.supergraph_sdl = composed.supergraph_sdl
        self.planner = Planner(self.supergraph_sdl)
        # Sorted, so that introspection answers in one order on both sides.
        api_schema = build_api_schema(self.planner.supergraph)
        self.api_schema = lexicographic_sort_schema(api_schema)
        self.monolith_sdl = monolith_sdl or print_schema(api_schema)
        self.monolith = lexicographic_sort_schema(build_schema(self.monolith_sdl))
        self._lenient: GraphQLSchema | None = None
        schemas = {name: SubgraphSchema(name, sdl) for name, sdl in subgraphs.items()}
        self.world = World(self.monolith, schemas, seed, chances or Chances())
        self.subgraphs = {n: MockSubgraph(schema, self.world) for n, schema in schemas.items()}
        # Puts something between the executor and a subgraph.
        self.around: Callable[[str, SubgraphTransport], SubgraphTransport] = lambda _, inner: inner

    async def answer(self, query: str, variables: Mapping[str, Any]) -> Reply:
        """Answer with the engine. Raises what it refuses with, and what a subgraph refuses with.

        Of the progressive overrides it touches, the seed decides which are active.
        """
        operation = self.planner.normalize(query)
        labels = frozenset(
            label
            for label in self.planner.labels_of(operation)
            if zlib.crc32(f"{label} {self.world.seed}".encode()) % 2
        )
        self.world.start(labels)
        values = coerce_variables(self.api_schema, operation, variables)
        document = parse(query)
        (node,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        introspection = find_introspection(document, node)
        plan = self.planner.plan(operation, labels=labels)
        transport = _Transport(self.subgraphs)
        context = ExecutionContext(
            variables=values,
            transports={name: self.around(name, transport) for name in self.subgraphs},
            errors=ErrorPolicy(include=True, max_errors=100_000),
            root_data=introspection.answer(self.api_schema, values) if introspection else {},
        )
        answer = await compile_plan(plan).execute(context)
        if transport.refused is not None:
            raise transport.refused
        body = json.loads(answer.body)
        return Reply(body["data"], body.get("errors", []), transport.calls, plan)

    def expected(self, query: str, variables: Mapping[str, Any]) -> Reply:
        """Answer as one server."""
        return self._execute(self.monolith, query, variables)

    def failures(self, query: str, variables: Mapping[str, Any]) -> set[tuple[Any, ...]]:
        """Return the paths of all resolvers that fail when no failure hides another's place."""
        if self._lenient is None:
            self._lenient = build_schema(_without_non_null(self.monolith))
        reply = self._execute(self._lenient, query, variables)
        return {tuple(error["path"]) for error in reply.errors}

    def _execute(self, schema: GraphQLSchema, query: str, variables: Mapping[str, Any]) -> Reply:
        self.world.start()
        document: DocumentNode = parse(query)
        result = execute_sync(
            schema,
            document,
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value.type,
        )
        assert isinstance(result, ExecutionResult)
        data = json.loads(json.dumps(result.data))
        return Reply(data, [dict(error.formatted) for error in result.errors or ()])

    def _resolve(self, source: Item | None, info: Any, **arguments: Any) -> Any:
        item = source or Item(info.parent_type.name, 0)
        return self.world.value(item, info.field_name, arguments)


class _Transport:
    def __init__(self, subgraphs: Mapping[str, MockSubgraph]) -> None:
        self._subgraphs = subgraphs
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refused: BaseException | None = None

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        body = json.loads(request.body)
        self.calls.append((request.subgraph, body))
        try:
            answer = self._subgraphs[request.subgraph].answer(body)
        except BaseException as error:
            self.refused = self.refused or error
            raise
        return read_response(json.dumps(answer).encode(), 200, request.subgraph)

    async def close(self) -> None:
        return None


def _without_non_null(schema: GraphQLSchema) -> str:
    """Return SDL in which every output may be null."""
    from graphql import NonNullTypeNode, Visitor, print_ast, visit

    class Strip(Visitor):
        def enter_input_object_type_definition(self, *_: Any) -> Any:
            return False

        def enter_input_value_definition(self, *_: Any) -> Any:
            return False

        def enter_directive_definition(self, *_: Any) -> Any:
            return False

        def leave_non_null_type(self, node: NonNullTypeNode, *_: Any) -> Any:
            return node.type

    return print_ast(visit(parse(print_schema(schema)), Strip()))
