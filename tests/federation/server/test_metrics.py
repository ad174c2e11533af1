"""Metrics: what is counted, read with Prometheus's own parser, and how many series it can be."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from federation.config.load import parse_config
from federation.server.listener.listen import ListenError
from federation.server.observing.metrics.cold_path import ColdFigures, ColdThreads
from federation.server.observing.metrics.event_loop import EventLoopWatch
from federation.server.observing.metrics.figures import Names
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, engine

ON = """
telemetry:
  exporters: {metrics: {common: {max_operations: 3, max_clients: 2}, prometheus: {
    enabled: true, listen: %s}}}
%s
"""


def settings(more: str = "", listen: str = "null") -> EngineSettings:
    return parse_config(ON % (listen, more), EngineSettings)


async def scrape(client: Client) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    reply = await client.request("GET", "/metrics")
    assert reply.status == 200
    return read(reply.body.decode())


def read(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            series = found.setdefault(sample.name, {})
            key = tuple(sorted(sample.labels.items()))
            assert key not in series, "a series is there twice"
            series[key] = sample.value
    return found


def of(values: dict[tuple[tuple[str, str], ...], float], **labels: str) -> float:
    """Return the sum of the series with these labels."""
    return sum(
        value
        for key, value in values.items()
        if all(dict(key).get(n) == v for n, v in labels.items())
    )


async def test_operations_fetches_and_errors_are_counted() -> None:
    async with engine(settings()) as client:
        for _ in range(3):
            await client.post("query Greet { hello }")
        await client.post("mutation { bump }")
        await client.post("{ secret }")
        await client.post("{ nope }")
        await client.request("PUT", "/graphql", headers={"apollo-require-preflight": "1"})
        found = await scrape(client)
    requests = found["http_server_request_duration_seconds_count"]
    assert of(requests) == 7
    assert of(requests, graphql_operation_type="query", http_response_status_code="200") == 4
    assert of(requests, graphql_operation_type="mutation") == 1
    assert of(requests, error_type="GRAPHQL_VALIDATION_FAILED") == 1
    assert of(requests, http_response_status_code="405", http_request_method="PUT") == 1
    buckets = found["http_server_request_duration_seconds_bucket"]
    assert of(buckets, le="+Inf") == 7
    assert (
        of(found["graphql_operation_duration_seconds_count"], graphql_operation_name="Greet") == 3
    )
    fetches = found["http_client_request_duration_seconds_count"]
    assert of(fetches, subgraph_name="demo") == 5
    assert of(found["apollo_router_graphql_error_total"], code="GRAPHQL_VALIDATION_FAILED") == 1
    assert found["http_server_active_requests"] == {(): 0}
    assert of(found["apollo_router_query_planning_plan_duration_seconds_count"]) == 3
    assert of(found["apollo_router_cache_size"], kind="document") == 4
    assert of(found["hub_loads_total"], source="supergraph", result="live") == 1
    assert found["process_resident_memory_bytes"][()] > 0
    assert "python_gc_collections_total" in found


async def test_own_time_is_without_the_time_of_fetches() -> None:
    async with engine(settings()) as client:
        await client.post("{ slow(milliseconds: 300) }")
        found = await scrape(client)
    assert found["apollo_router_overhead_seconds_count"] == {
        (("graphql_operation_type", "query"),): 1
    }
    assert of(found["apollo_router_overhead_seconds_sum"]) < 0.2
    assert of(found["http_server_request_duration_seconds_sum"]) > 0.3


async def test_an_answer_shared_with_another_says_nothing_of_our_own_time() -> None:
    async with engine(settings()) as client:
        await asyncio.gather(*(client.post("{ slow(milliseconds: 200) }") for _ in range(5)))
        found = await scrape(client)
        assert len(client.subgraph.calls) == 1
    assert of(found["http_server_request_duration_seconds_count"]) == 5
    assert of(found["apollo_router_overhead_seconds_count"]) == 1


async def test_clients_cannot_make_series_without_bound() -> None:
    async with engine(settings()) as client:
        for number in range(20):
            headers = {
                "apollographql-client-name": f"client{number}",
                "graphql-client-version": f"{number}",
            }
            await client.post(f"query Name{number} {{ hello }}", headers=headers)
            await client.request(f"METHOD{number}", "/graphql")
        found = await scrape(client)
    names = {
        dict(key)["graphql_operation_name"]
        for key in found["graphql_operation_duration_seconds_count"]
    }
    assert names == {"Name0", "Name1", "Name2", "other"}
    clients = {dict(key)["client_name"] for key in found["hub_client_operations_total"]}
    assert clients == {"client0", "", "other"}
    assert of(found["hub_client_operations_total"]) == 40
    methods = {
        dict(key)["http_request_method"]
        for key in found["http_server_request_duration_seconds_count"]
    }
    assert methods == {"POST", "_OTHER"}


async def test_labels_are_escaped() -> None:
    async with engine(settings()) as client:
        headers = {"apollographql-client-name": 'a"}\\x{b="'}
        await client.post("{ hello }", headers=headers)
        found = await scrape(client)
    assert of(found["hub_client_operations_total"], client_name='a"}\\x{b="') == 1


async def test_a_client_that_goes_away_is_not_active_for_ever() -> None:
    async with engine(settings()) as client:
        task = asyncio.ensure_future(client.post("{ slow(milliseconds: 5000) }"))
        await asyncio.sleep(0.1)
        assert (await scrape(client))["http_server_active_requests"] == {(): 1}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)
        found = await scrape(client)
    assert found["http_server_active_requests"] == {(): 0}
    requests = found["http_server_request_duration_seconds_count"]
    assert of(requests, http_response_status_code="499", error_type="client_gone") == 1
    assert of(found["http_client_request_duration_seconds_count"], error_type="CANCELLED") == 1


async def test_too_much_work_is_refused_at_once_and_told() -> None:
    more = "traffic_shaping: {router: {concurrency_limit: 2}}"
    async with engine(settings(more)) as client:
        running = [
            asyncio.ensure_future(client.post(f"{{ slow(milliseconds: {400 + n}) }}"))
            for n in range(2)
        ]
        await asyncio.sleep(0.1)
        began = time.perf_counter()
        refused = await client.post("{ hello }")
        assert time.perf_counter() - began < 0.1
        assert (refused.status, refused.code) == (503, "REQUEST_CONCURRENCY_LIMITED")
        assert refused.headers["retry-after"] == "1"
        ready = await client.request("GET", "/health", query_string="ready")
        assert (ready.status, ready.json) == (503, {"status": "DOWN", "reason": "overloaded"})
        for reply in await asyncio.gather(*running):
            assert reply.status == 200
        assert (await client.request("GET", "/health", query_string="ready")).status == 200
        assert (await client.post("{ hello }")).status == 200
        found = await scrape(client)
    assert found["hub_work_refused_total"] == {(): 1}
    assert found["hub_work_running"] == {(): 0}


async def test_open_metrics_for_who_asks_for_them() -> None:
    async with engine(settings()) as client:
        await client.post("{ hello }")
        accept = "application/openmetrics-text; version=1.0.0"
        reply = await client.request("GET", "/metrics", headers={"accept": accept})
        assert reply.headers["content-type"].startswith("application/openmetrics-text")
        assert any(
            family.name == "http_server_request_duration_seconds"
            for family in open_metrics(reply.body.decode())
        )


async def test_off_unless_turned_on() -> None:
    async with engine() as client:
        assert (await client.request("GET", "/metrics")).status == 404


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def test_a_listener_of_their_own() -> None:
    port = free_port()
    async with engine(settings(listen=f"127.0.0.1:{port}")) as client:
        assert (await client.request("GET", "/metrics")).status == 404
        await client.post("{ hello }")
        async with (
            ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/metrics") as reply,
        ):
            assert of(read(await reply.text())["http_server_request_duration_seconds_count"]) == 1
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


async def test_a_port_in_use_ends_the_start_with_the_key_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ListenError, match=r"metrics\.prometheus\.listen: port \d+ .* in use"):
            async with engine(settings(listen=listen)):
                pass


async def test_a_stalled_loop_is_noticed_and_told(caplog: pytest.LogCaptureFixture) -> None:
    watch = EventLoopWatch(0.6)
    watch.start()
    try:
        await asyncio.sleep(0.7)
        assert not watch.stalls
        time.sleep(1.5)  # noqa: ASYNC251 - what it is to notice
        await asyncio.sleep(0.3)
    finally:
        watch.stop()
    assert watch.stalls == 1
    assert watch.late.counts[-2] + watch.late.counts[-1] >= 1
    (told,) = [record.getMessage() for record in caplog.records if "turned" in record.message]
    assert "test_a_stalled_loop_is_noticed_and_told" in told


async def test_jobs_of_the_cold_path_wait_and_are_measured() -> None:
    figures = ColdFigures()
    with ColdThreads(1, figures) as threads:
        loop = asyncio.get_running_loop()
        jobs: list[Any] = [loop.run_in_executor(threads, time.sleep, 0.1) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert figures.queued == 2
        jobs[2].cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
    assert figures.queued == 0
    assert sum(figures.durations.by_key["other"].counts) == 2


def test_names_without_any() -> None:
    assert Names(0).label("a") == "other"
