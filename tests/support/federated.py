"""The engine's stages in a row, over subgraphs in this process: what planning tests execute on.

Nothing of the server is involved: read supergraph → API schema → validate → normalise → plan →
compile → execute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.errors import FederationError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.executor import compile_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.operation.variables import coerce_variables
from federation.plan.nodes import QueryPlan
from federation.planning import Planner
from federation.supergraph.api_schema import build_api_schema

Send = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(slots=True)
class Call:
    subgraph: str
    query: str
    variables: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(slots=True)
class Run:
    """One request: the answer, the calls in order, the plan (None when there is none)."""

    response: dict[str, Any]
    calls: list[Call] = field(default_factory=list)
    plan: QueryPlan | None = None


class _Transport:
    def __init__(self, send: Send, calls: list[Call]) -> None:
        self._send = send
        self._calls = calls

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        body = json.loads(request.body)
        answer = self._send(request.subgraph, body)
        variables = body.get("variables") or {}
        self._calls.append(Call(request.subgraph, body["query"], variables, answer))
        return SubgraphResponse(answer.get("data"), tuple(answer.get("errors") or ()))

    async def close(self) -> None:
        return None


class FederatedGraph:
    """A supergraph with its subgraphs; `send(subgraph, request)` answers as one of them."""

    def __init__(self, supergraph_sdl: str, send: Send) -> None:
        self.planner = Planner(supergraph_sdl)
        self.api_schema = build_api_schema(self.planner.supergraph)
        self._send = send

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        lift: bool = False,
        labels: frozenset[str] = frozenset(),
    ) -> Run:
        """Answer a request. What the engine refuses becomes an answer with errors and no calls.

        `lift`: with literals as variables. `labels`: active progressive overrides.
        """
        run = Run({})
        try:
            operation = self.planner.normalize(query)
            if lift:
                operation = self.planner.normalizer.lift(operation)
            values = coerce_variables(self.api_schema, operation, variables or {})
            run.plan = self.planner.plan(operation, labels=labels)
        except FederationError as error:
            run.response = {
                "data": None,
                "errors": [{"message": error.message, "extensions": {"code": error.code}}],
            }
            return run
        transport = _Transport(self._send, run.calls)
        context = ExecutionContext(
            variables=values,
            transports={s.name: transport for s in self.planner.supergraph.subgraphs},
            errors=ErrorPolicy(include=True),
        )
        answer = await compile_plan(run.plan).execute(context)
        run.response = json.loads(answer.body)
        return run
