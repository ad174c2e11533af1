"""A pull is one span with its figures; without an exporter it costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import adapters.sync
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, demo_source, source


async def test_a_pull_is_a_span(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(adapters.sync, "_tracer", provider.get_tracer("test"))
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    await pull_source(database, source(path=str(tmp_path / "none")), OPTIONS)
    good, failed = exporter.get_finished_spans()
    assert good.name == "pull registry-patents"
    assert dict(good.attributes or {}) == {
        "hub.source": "registry-patents",
        "hub.feed": "PATENT",
        "hub.batches": 1,
        "hub.rows.read": 82,
        "hub.rows.rejected": 3,
        "hub.rows.changed": 78,
    }
    assert good.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
