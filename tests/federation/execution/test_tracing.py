"""A span per fetch, closed whatever happens; none when nobody records."""

from __future__ import annotations

import asyncio

import pytest
from graphql import build_schema
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import StatusCode

from federation.execution.tracing import OpenTelemetryFetches
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.plan.nodes import Sequence
from tests.federation.execution.plans import (
    ScriptedTransport,
    answering,
    compiled,
    entities,
    failed,
    key,
    root,
    run,
    shape_of,
)

SCHEMA = build_schema("type Query { user: User } type User { id: ID! name: String }")
PLAN = compiled(
    Sequence((root(0, "a", "user { __typename id }", operation_name="Q"),
              entities(1, "b", "user", key("User"), "name"))),
    shape_of(SCHEMA, "{user{name}}"),
)  # fmt: skip
USER = {"user": {"__typename": "User", "id": "1"}}


def tracing(sampler: Sampler) -> tuple[OpenTelemetryFetches, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=sampler)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return OpenTelemetryFetches(provider.get_tracer("test")), exporter


async def test_spans_of_fetches() -> None:
    tracer, exporter = tracing(ALWAYS_ON)
    second = answering(failed("b", "GATEWAY_TIMEOUT"))
    first = answering(SubgraphResponse(USER, ({"message": "m"},)))
    await run(PLAN, {"a": first, "b": second}, tracer=tracer, headers={"h": "1"})
    ok, bad = exporter.get_finished_spans()
    assert ok.name == "fetch a"
    assert ok.attributes == {
        "subgraph.name": "a", "graphql.operation.name": "Q", "graphql.errors": 1,
        "http.response.status_code": 200,
    }  # fmt: skip
    assert bad.attributes == {
        "subgraph.name": "b", "graphql.representations": 1, "error.type": "GATEWAY_TIMEOUT",
    }  # fmt: skip
    assert bad.status.status_code is StatusCode.ERROR
    headers = first.requests[0].headers
    assert headers["h"] == "1"
    assert headers["traceparent"].split("-")[2] == format(ok.context.span_id, "016x")


async def test_nothing_is_recorded_or_sent_when_not_sampled() -> None:
    tracer, exporter = tracing(ALWAYS_OFF)
    first = answering(USER)
    second = ScriptedTransport(lambda _: {"_entities": [{"name": "x"}]})
    answer = await run(PLAN, {"a": first, "b": second}, tracer=tracer)
    assert answer.data == {"user": {"name": "x"}}
    assert exporter.get_finished_spans() == ()
    assert "traceparent" not in first.requests[0].headers


async def test_a_cancelled_fetch_ends_its_span() -> None:
    class Slow:
        async def send(self, request: SubgraphRequest) -> SubgraphResponse:
            await asyncio.sleep(60)
            raise AssertionError

        async def close(self) -> None:
            pass

    tracer, exporter = tracing(ALWAYS_ON)
    task = asyncio.ensure_future(run(PLAN, {"a": Slow()}, tracer=tracer))  # type: ignore[dict-item]
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(exporter.get_finished_spans()) == 1
