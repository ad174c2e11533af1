"""Spans: which there are, how they hang together, and what never is in them."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from federation.config.load import parse_config
from federation.errors import FederationError
from federation.server import lasting as lasting_module
from federation.server.observing.otlp import OtlpTracing
from federation.server.observing.telemetry import NoTracing, start_tracing
from federation.server.settings.engine import EngineSettings
from federation.server.settings.telemetry import Tracing, TracingCommon
from tests.federation.server.harness import engine

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    memory = InMemorySpanExporter()
    monkeypatch.setattr(
        lasting_module,
        "start_tracing",
        lambda settings: OtlpTracing(Tracing(), SimpleSpanProcessor(memory)),
    )
    return memory


def named(spans: Sequence[ReadableSpan], name: str) -> ReadableSpan:
    (found,) = [span for span in spans if span.name == name]
    return found


async def test_spans_of_a_request_and_context_in_and_out(exporter: InMemorySpanExporter) -> None:
    async with engine() as client:
        await client.post(
            'query Greet($n: String!) { hello(name: $n) extra: hello(name: "topsecret") }',
            variables={"n": "topsecret"},
            headers={"traceparent": PARENT},
        )
        spans = exporter.get_finished_spans()
        operation = named(spans, "query Greet")
        assert operation.parent is not None
        assert format(operation.parent.span_id, "016x") == PARENT.split("-")[2]
        for name in ("parse", "validate", "normalize", "plan", "fetch demo"):
            child = named(spans, name)
            assert child.parent is not None
            assert child.parent.span_id == operation.context.span_id
        (sent,) = client.subgraph.headers
        fetch = named(spans, "fetch demo")
        assert sent["traceparent"].split("-")[1:3] == [
            PARENT.split("-")[1],
            format(fetch.context.span_id, "016x"),
        ]
        assert not any("topsecret" in str(dict(span.attributes or {})) for span in spans)
        exporter.clear()
        await client.post("{ nope }")
        failed = named(exporter.get_finished_spans(), "GraphQL operation")
        assert failed.attributes is not None
        assert failed.attributes["graphql.errors"] == 1


async def test_a_caller_that_does_not_sample_is_followed(exporter: InMemorySpanExporter) -> None:
    async with engine() as client:
        await client.post("{ hello }", headers={"traceparent": PARENT[:-2] + "00"})
        assert exporter.get_finished_spans() == ()
        (sent,) = client.subgraph.headers
        assert "traceparent" not in sent


async def test_a_trace_is_recorded_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = InMemorySpanExporter()
    settings = Tracing(common=TracingCommon(sampler=0.5))
    monkeypatch.setattr(
        lasting_module,
        "start_tracing",
        lambda _: OtlpTracing(settings, SimpleSpanProcessor(memory)),
    )
    async with engine() as client:
        for number in range(60):
            await client.post(f"query Q{number} {{ hello }}")
    traces: dict[int, set[str]] = {}
    for span in memory.get_finished_spans():
        traces.setdefault(span.context.trace_id, set()).add(span.name.partition(" ")[0])
    # The chance of fewer or more is below one in ten million.
    assert 10 <= len(traces) <= 50
    stages = {"parse", "validate", "normalize", "plan", "fetch", "query"}
    assert all(names >= stages for names in traces.values())


def test_off_unless_configured() -> None:
    assert isinstance(start_tracing(Tracing()), NoTracing)


def test_a_missing_exporter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_exporter(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("opentelemetry.exporter"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_exporter)
    settings = parse_config(
        "telemetry: {exporters: {tracing: {otlp: {enabled: true}}}}", EngineSettings
    )
    with pytest.raises(FederationError, match=r"zhitong-hub\[otel\]"):
        start_tracing(settings.telemetry.exporters.tracing)
