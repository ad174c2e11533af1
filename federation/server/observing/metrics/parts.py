"""Which metrics there are: from the figures of each part of the server to names."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from federation.execution.caching.response_cache import ResponseCache
from federation.execution.resilience.breaker import BreakerState
from federation.execution.resilience.guards import Traffic
from federation.registry.snapshot import LiveSnapshot
from federation.server.listener.work import Work
from federation.server.observing.metrics.cold_path import ColdFigures
from federation.server.observing.metrics.event_loop import EventLoopWatch
from federation.server.observing.metrics.exposition import (
    counter,
    counters,
    gauge,
    gauges,
    histogram,
    histograms,
)
from federation.server.observing.metrics.figures import Histograms
from federation.server.observing.metrics.operations import OperationFigures
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.subscriptions import Subscriptions


def of_operations(figures: OperationFigures) -> Iterator[Metric]:
    """Yield metrics of what clients asked and subgraphs answered."""
    yield histograms(
        "http_server_request_duration_seconds",
        "Operations answered whole, until the answer was ready",
        (
            "http_request_method",
            "http_response_status_code",
            "graphql_operation_type",
            "error_type",
        ),
        figures.requests,
    )
    yield gauge("http_server_active_requests", "Operations under way, also streams", figures.active)
    yield histograms(
        "graphql_operation_duration_seconds",
        "The same by operation; of many names the later ones are `other`",
        ("graphql_operation_name", "graphql_operation_type"),
        figures.operations,
    )
    yield histograms(
        "apollo_router_overhead_seconds",
        "Time of an operation in which no call of a subgraph was under way: our own",
        ("graphql_operation_type",),
        figures.overhead,
    )
    yield histograms(
        "http_client_request_duration_seconds",
        "Calls of subgraphs, with what waited for the answer of an equal call",
        ("subgraph_name", "http_response_status_code", "error_type"),
        figures.fetches,
    )
    yield counters(
        "hub_subgraph_shared_answers",
        "Calls answered together with an equal one",
        ("subgraph_name",),
        figures.shared,
    )
    yield counters("apollo_router_graphql_error", "Errors in answers", ("code",), figures.errors)
    yield counters(
        "hub_client_operations",
        "Operations by the program that asked, as it calls itself",
        ("client_name", "client_version"),
        figures.programs,
    )
    yield counters(
        "apollo_router_operations_subscriptions_terminated",
        "Answers in parts that are over, and why they ended early",
        ("graphql_operation_type", "error_type"),
        figures.streams,
    )
    yield counter(
        "apollo_router_operations_subscriptions_events", "Parts sent to clients", figures.events
    )
    yield counter("hub_request_bytes", "Bytes of operations that came in", figures.bytes_in)
    yield counter("hub_response_bytes", "Bytes of answers, unpacked", figures.bytes_out)
    yield counter(
        "hub_operation_cost_estimated", "Sum of what operations may cost", figures.estimated
    )
    yield counter("hub_operation_cost_actual", "Sum of what operations did cost", figures.actual)


def of_cold_path(figures: ColdFigures) -> Iterator[Metric]:
    """Yield metrics of new documents, plans, schemas and views."""
    lookups = {"document": figures.documents, "plan": figures.plans, "view": figures.views}
    yield counters(
        "hub_cache_lookups",
        "What was looked for, and whether it was there; plans only for new documents",
        ("kind", "result"),
        {
            (kind, result): value
            for kind, one in lookups.items()
            for result, value in (("hit", one.hits), ("miss", one.misses))
        },
    )
    misses: Histograms[tuple[str, str]] = Histograms(figures.filling.bounds)
    made = {"document": figures.filling, "plan": figures.planning}
    if (views := figures.durations.by_key.get("view")) is not None:
        made["view"] = views
    misses.by_key.update({(kind, "memory"): one for kind, one in made.items()})
    yield histograms(
        "apollo_router_cache_miss_time_seconds",
        "How long it took to make what was not there; of documents, how long was waited for it",
        ("kind", "storage"),
        misses,
    )
    yield histogram(
        "apollo_router_query_planning_warmup_duration_seconds",
        "How long what is asked most was prepared before a supergraph or settings went live",
        figures.warming,
    )
    yield histogram(
        "apollo_router_query_planning_plan_duration_seconds",
        "Plans made, with their compiling",
        figures.planning,
    )
    yield gauge("apollo_router_compute_jobs_queued", "Jobs that wait for a thread", figures.queued)
    yield histograms(
        "apollo_router_compute_jobs_duration_seconds",
        "What threads work on beside the event loop",
        ("job_type",),
        figures.durations,
    )
    yield histograms(
        "apollo_router_compute_jobs_queue_wait_duration_seconds",
        "How long jobs waited for a thread",
        ("job_type",),
        figures.waits,
    )


def of_work(work: Work, subscriptions: Subscriptions) -> Iterator[Metric]:
    """Yield metrics of what is under way and what was refused."""
    yield gauge("hub_work_running", "Operations in work", work.running)
    yield gauge("hub_work_limit", "Operations that may be in work", work.limit or float("inf"))
    yield counter("hub_work_refused", "Operations refused, for too many were in work", work.refused)
    yield counters(
        "hub_requests_refused",
        "Requests refused before they were an operation: malformed, too large, too many at once",
        ("http_response_status_code", "error_type"),
        work.refusals.counts,
    )
    yield histogram(
        "apollo_router_operations_batching_size",
        "Operations in one request, where they came as a list",
        work.batches,
    )
    yield gauge("hub_draining", "1 while the server is about to stop", work.draining)
    yield gauge("apollo_router_open_connections", "Connections open", len(work.connections))
    yield gauge("apollo_router_opened_subscriptions", "Subscriptions open", len(subscriptions))


def of_snapshot(live: LiveSnapshot) -> Iterator[Metric]:
    """Yield metrics of what is kept of the live supergraph."""
    snapshot = live.current
    if snapshot is None:
        return
    views = snapshot.views.known()
    plans = [view.schema.plans for view in views]
    sizes = {
        ("document", "memory"): sum(len(view.documents) for view in views),
        ("plan", "memory"): sum(map(len, plans)),
        ("view", "memory"): len(views),
    }
    yield gauges("apollo_router_cache_size", "Entries kept", ("kind", "storage"), sizes)
    used = {
        "document": sum(view.documents.bytes for view in views),
        "plan": sum(one.bytes for one in plans),
    }
    yield gauges("hub_cache_bytes", "Bytes of what is kept, estimated", ("kind",), used)
    filling = sum(view.documents.filling for view in views)
    yield gauge("hub_documents_in_preparation", "New documents being prepared", filling)
    yield gauges(
        "hub_supergraph_info",
        "1 for the version that is live",
        ("version",),
        {snapshot.schema.version: 1},
    )


def of_traffic(traffic: Traffic) -> Iterator[Metric]:
    """Yield metrics of what guards subgraphs."""
    states = traffic.states()
    label = ("subgraph_name",)
    yield gauges(
        "hive_router_circuit_breaker_state",
        "1 for the state that the breaker is in",
        ("subgraph_name", "state"),
        {
            (one.subgraph, state.value): one.breaker is state
            for one in states
            if one.breaker is not None
            for state in BreakerState
        },
    )
    yield counters(
        "hub_circuit_breaker_opened",
        "How often the breaker opened",
        label,
        {one.subgraph: one.opened for one in states},
    )
    yield counters(
        "hub_circuit_breaker_rejected",
        "Calls not made, since the breaker was open",
        label,
        {one.subgraph: one.rejected for one in states},
    )
    yield counters(
        "hub_subgraph_retries",
        "Calls made again, or not, for the budget was used up",
        ("subgraph_name", "result"),
        {
            (one.subgraph, result): value
            for one in states
            for result, value in (("made", one.retries), ("denied", one.retries_denied))
        },
    )
    limits = {one.subgraph: one.limit for one in states if one.limit is not None}
    yield gauges("hub_subgraph_concurrency_limit", "Calls that may be made at once", label, limits)
    calls = {
        (one.subgraph, state): value
        for one in states
        for state, value in (("in_flight", one.in_flight), ("queued", one.queued))
    }
    yield gauges(
        "hub_subgraph_calls", "Calls now, made or waiting", ("subgraph_name", "state"), calls
    )
    yield counters(
        "hub_subgraph_calls_limited",
        "Calls not made, since too many were under way",
        label,
        {one.subgraph: one.limited for one in states},
    )


def of_credentials(failures: FailedCredentials) -> Iterator[Metric]:
    """Yield metrics of credentials that do not hold."""
    yield counter("hub_credentials_failed", "Credentials that did not hold", failures.failed)
    yield counter(
        "hub_credentials_refused",
        "Credentials not looked at, since too many from there did not hold",
        failures.refused,
    )
    yield gauge("hub_credentials_addresses", "Addresses remembered for that", failures.addresses)


def of_response_cache(cache: ResponseCache) -> Iterator[Metric]:
    """Yield metrics of subgraphs' answers that are kept."""
    figures = {
        (subgraph, result): value
        for subgraph, one in cache.figures.items()
        for result, value in (
            ("hit", one.hits),
            ("miss", one.misses),
            ("stored", one.stored),
            ("uncacheable", one.uncacheable),
            ("outdated", one.outdated),
        )
    }
    yield counters(
        "apollo_router_response_cache_entries",
        "Entities and root answers asked for, found or not, kept or not",
        ("subgraph_name", "result"),
        figures,
    )
    yield counter(
        "apollo_router_response_cache_invalidation_events",
        "Requests to drop something",
        cache.invalidations.events,
    )
    yield counter(
        "apollo_router_response_cache_invalidation_entries",
        "Entries dropped by them",
        cache.invalidations.entries,
    )
    yield gauge("hub_response_cache_suspended", "1 while nothing is kept", cache.suspended)


def of_event_loop(watch: EventLoopWatch) -> Iterator[Metric]:
    """Yield metrics of how late the event loop is."""
    yield histogram("hub_event_loop_lag_seconds", "By how much a timer was late", watch.late)
    yield counter("hub_event_loop_stalls", "How often it did not turn for long", watch.stalls)
