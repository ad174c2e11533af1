"""Running operations with `@defer` without a server, and putting their parts together again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphql import parse

from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.deferred import compile_deferred
from federation.execution.executor import compile_plan
from federation.operation.variables import coerce_variables
from federation.server.deferral import plan_in_parts
from tests.support.federated import Call, FederatedGraph, _Transport


async def execute_deferred(
    graph: FederatedGraph, query: str, variables: Mapping[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[Call]]:
    """Return the payloads and the calls."""
    document = parse(query)
    operation = graph.planner.normalizer.normalize(document)
    values = coerce_variables(graph.api_schema, operation, variables or {})
    plan = plan_in_parts(graph.planner, document, None, values)
    if plan is None:
        answer, calls = await execute_whole(graph, query, variables)
        return [{**answer, "hasNext": False}], calls
    calls: list[Call] = []
    transport = _Transport(graph._send, calls)
    context = ExecutionContext(
        variables=values,
        transports={s.name: transport for s in graph.planner.supergraph.subgraphs},
        errors=ErrorPolicy(include=True),
    )
    compiled = compile_deferred(plan)
    return [json.loads(payload) async for payload in compiled.payloads(context)], calls


async def execute_whole(
    graph: FederatedGraph, query: str, variables: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Call]]:
    """Return answer and calls of the same operation where `@defer` means nothing."""
    operation = graph.planner.normalizer.normalize(parse(query))
    calls: list[Call] = []
    transport = _Transport(graph._send, calls)
    context = ExecutionContext(
        variables=coerce_variables(graph.api_schema, operation, variables or {}),
        transports={s.name: transport for s in graph.planner.supergraph.subgraphs},
    )
    answer = await compile_plan(graph.planner.plan(operation)).execute(context)
    return json.loads(answer.body), calls


def merged(payloads: list[dict[str, Any]]) -> Any:
    """Return the data that a client has after all payloads; checks the protocol's order."""
    first, *others = payloads
    assert [payload["hasNext"] for payload in payloads] == [True] * len(others) + [False]
    data = first["data"]
    for payload in others:
        assert "data" not in payload
        for item in payload.get("incremental", ()):
            place = data
            for segment in item["path"]:
                place = place[segment]
            assert isinstance(place, dict), "a part for what the client has as null"
            if item["data"] is not None:
                _merge(place, item["data"])
    return data


def _merge(target: Any, value: Any) -> None:
    if isinstance(target, dict) and isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(target.get(key), dict | list):
                _merge(target[key], inner)
            else:
                target[key] = inner
    elif isinstance(target, list) and isinstance(value, list):
        assert len(target) == len(value)
        for one, other in zip(target, value, strict=True):
            _merge(one, other)
    else:
        assert target == value
