"""What never becomes an operation is counted and logged, and nothing of it is told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import engine
from tests.federation.server.test_metrics import of, scrape

CONFIG = """
telemetry:
  exporters:
    logging: {access: {enabled: true, file: %s}}
    metrics: {prometheus: {enabled: true, listen: null}}
limits: {http_max_request_bytes: 2000}
batching: {enabled: true, maximum_size: 3}
traffic_shaping: {router: {concurrency_limit: 1}}
"""
TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {
    "apollographql-client-name": "desk",
    "authorization": "Bearer topsecret",
    "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
}


def settings(path: Path) -> EngineSettings:
    return parse_config(CONFIG % path, EngineSettings)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


async def test_each_refusal_is_counted_and_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path)) as client:
        large = await client.post("topsecret" * 1000, headers=HEADERS)
        coding = {**HEADERS, "content-encoding": "topsecret"}
        coded = await client.post("{ hello }", headers=coding)
        many = await client.post_bytes(b"[" + b",".join([b"{}"] * 4) + b"]", HEADERS)
        broken = await client.post_bytes(b"[topsecret", HEADERS)
        running = asyncio.ensure_future(client.post("{ slow(milliseconds: 300) }"))
        await asyncio.sleep(0.1)
        full = await client.post("{ hello }", headers=HEADERS)
        await running
        found = await scrape(client)
    replies = [large, coded, many, broken, full]
    assert [reply.status for reply in replies] == [413, 415, 422, 400, 503]
    for reply in replies:
        counted = found["hub_requests_refused_total"]
        assert of(counted, http_response_status_code=str(reply.status), error_type=reply.code) == 1
    assert of(found["hub_requests_refused_total"]) == 5
    refused = [line for line in lines(path) if "refused" in line]
    assert [(line["status"], list(line["errors"])) for line in refused] == [
        (reply.status, [reply.code]) for reply in replies
    ]
    for line in refused:
        assert (line["method"], line["client_name"], line["trace_id"]) == ("POST", "desk", TRACE)
        assert "duration_ms" not in line
    # The one that was answered is no refusal, and nobody's is counted as an operation.
    assert len(lines(path)) == 6
    assert of(found["http_server_request_duration_seconds_count"]) == 1
    assert "topsecret" not in path.read_text("utf-8")


async def test_sizes_of_lists_of_operations() -> None:
    config = "batching: {enabled: true}\ntelemetry: {exporters: {metrics: {prometheus: {"
    more = parse_config(config + "enabled: true, listen: null}}}}", EngineSettings)
    one = b'{"query":"{ hello }"}'
    async with engine(more) as client:
        await client.post_bytes(b"[" + b",".join([one] * 3) + b"]")
        await client.post_bytes(b"[" + one + b"]")
        await client.post_bytes(one)
        found = await scrape(client)
    assert found["apollo_router_operations_batching_size_count"] == {(): 2}
    assert found["apollo_router_operations_batching_size_sum"] == {(): 4}


@pytest.mark.parametrize("name", ["a\nb", '{"x":1}', "\x1b[2J"])
async def test_a_method_cannot_write_a_line_of_its_own(tmp_path: Path, name: str) -> None:
    path = tmp_path / "access.jsonl"
    async with engine(settings(path)) as client:
        running = asyncio.ensure_future(client.post("{ slow(milliseconds: 200) }"))
        await asyncio.sleep(0.1)
        await client.request(name, "/graphql")
        await running
    assert len(lines(path)) == 2
    assert path.read_text("utf-8").replace("\n", "").isprintable()


async def test_what_caches_find_and_what_they_miss() -> None:
    config = "telemetry: {exporters: {metrics: {prometheus: {enabled: true, listen: null}}}}"
    async with engine(parse_config(config, EngineSettings)) as client:
        for _ in range(3):
            await client.post("{ hello }")
        # Another document of the same plan.
        await client.post('{ hello(name: "a") }')
        await client.post('{ hello(name: "b") }')
        found = await scrape(client)
        lookups = found["hub_cache_lookups_total"]
        assert of(lookups, kind="document", result="miss") == 3
        assert of(lookups, kind="document", result="hit") == 2
        assert of(lookups, kind="plan", result="miss") == 2
        assert of(lookups, kind="plan", result="hit") == 1
        missed = found["apollo_router_cache_miss_time_seconds_count"]
        assert (of(missed, kind="document"), of(missed, kind="plan")) == (3, 2)
        assert of(found["apollo_router_query_planning_warmup_duration_seconds_count"]) == 0
        # Counters outlive the supergraph they were counted on.
        from tests.federation.server.harness import SUPERGRAPH

        (live,) = client.app._engine_of
        await live.load(SUPERGRAPH.replace("slow(", "slower("))
        await client.post("{ hello }")
        found = await scrape(client)
    assert of(found["apollo_router_query_planning_warmup_duration_seconds_count"]) == 1
    assert of(found["apollo_router_query_planning_warmup_duration_seconds_sum"]) > 0
    # It was prepared beforehand, so who asked again found it.
    assert of(found["hub_cache_lookups_total"], kind="document", result="hit") == 3
    assert of(found["hub_cache_lookups_total"], kind="document", result="miss") == 3
