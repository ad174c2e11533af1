"""`telemetry`: where spans, metrics, logs and usage go.

telemetry:
  exporters:
    tracing: { otlp: { enabled: true, endpoint: "http://otel:4318/v1/traces" } }
    metrics: { prometheus: { enabled: true, listen: 127.0.0.1:9090 } }
    logging: { access: { enabled: true, file: /var/log/hub/access.jsonl } }
"""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, field

from federation.config.duration import Duration
from federation.server.settings.base import HEADER_NAME, Positive, Section
from federation.server.settings.logging import Logging

_WEB_PATH = r"^/[^\s?#]*$"


class TracingCommon(Section, frozen=True):
    """`sampler`: the share of traces recorded. `parent_based_sampler`: a caller that has decided
    is followed; turned off, only our own share counts. `resource`: further attributes of this
    process, such as `deployment.environment: test`.

    `service_name`, `service_namespace`: what this process is called in traces.
    """

    service_name: str = "zhitong-hub"
    service_namespace: str | None = None
    sampler: Annotated[float, Meta(ge=0, le=1)] = 1.0
    parent_based_sampler: bool = True
    resource: dict[str, str] = field(default_factory=dict)

    def attributes(self) -> dict[str, str]:
        """Return the attributes of the resource; the named keys win."""
        named = {"service.name": self.service_name}
        if self.service_namespace is not None:
            named["service.namespace"] = self.service_namespace
        return {**self.resource, **named}


class Propagation(Section, frozen=True):
    """The trace context that callers send: `trace_context` is W3C's `traceparent`; turned off,
    every request begins a trace of its own. It goes out with each call of a recorded trace.
    """

    trace_context: bool = True


class BatchProcessor(Section, frozen=True):
    """Spans wait up to `scheduled_delay`; beyond `max_queue_size` new ones are dropped.

    `max_export_batch_size`: spans in one export.
    """

    scheduled_delay: Duration = 5.0
    max_queue_size: Positive = 2048
    max_export_batch_size: Positive = 512

    def __post_init__(self) -> None:
        if self.scheduled_delay <= 0:
            raise ValueError("'scheduled_delay' must be more than nothing; write 5s")
        if self.max_export_batch_size > self.max_queue_size:
            raise ValueError("'max_export_batch_size' must not be more than 'max_queue_size'")


class OtlpHttp(Section, frozen=True):
    """`headers` are sent to the collector, such as a token: `${env.OTLP_TOKEN}`."""

    headers: dict[str, str] = field(default_factory=dict)


class Otlp(Section, frozen=True):
    """Where spans go, in OTLP over HTTP with protobuf. `timeout` of one export.

    `endpoint`: of the collector, with its path.
    """

    enabled: bool = False
    endpoint: str = "http://127.0.0.1:4318/v1/traces"
    timeout: Duration = 5.0
    http: OtlpHttp = OtlpHttp()
    batch_processor: BatchProcessor = BatchProcessor()

    def __post_init__(self) -> None:
        if not re.match(r"https?://[^/]+", self.endpoint):
            raise ValueError("'endpoint' must be an http:// or https:// address")


class ResponseTraceId(Section, frozen=True):
    """Tells the client the id of its trace, which is in the access log, too.

    `header_name`: in which header.
    """

    enabled: bool = False
    header_name: Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")] = "apollo-trace-id"


class Tracing(Section, frozen=True):
    """Traces of operations and their fetches."""

    common: TracingCommon = TracingCommon()
    propagation: Propagation = Propagation()
    otlp: Otlp = Otlp()
    response_trace_id: ResponseTraceId = ResponseTraceId()


class MetricsCommon(Section, frozen=True):
    """`buckets` of durations, in seconds. No more than `max_operations` names of operations and
    `max_clients` clients are told apart; the rest is counted as `other`, for clients choose them.
    """

    buckets: tuple[Annotated[float, Meta(gt=0)], ...] = (
        0.001, 0.005, 0.015, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0, 5.0, 10.0,
    )  # fmt: skip
    max_operations: Annotated[int, Meta(ge=0, le=10_000)] = 200
    max_clients: Annotated[int, Meta(ge=0, le=10_000)] = 50

    def __post_init__(self) -> None:
        if not self.buckets or list(self.buckets) != sorted(set(self.buckets)):
            raise ValueError("'buckets' must be growing numbers of seconds, such as [0.1, 1, 10]")


class Prometheus(Section, frozen=True):
    """Metrics to be scraped. Only this machine can, unless `listen` names another address.

    `listen: null` serves them on the port of the graph, for all who reach that: only where a proxy
    keeps `path` from strangers.
    """

    enabled: bool = False
    listen: Annotated[str, Meta(pattern=r"^.+:[0-9]{1,5}$")] | None = "127.0.0.1:9090"
    path: Annotated[str, Meta(pattern=_WEB_PATH)] = "/metrics"

    def shares(self, graph: str) -> bool:
        """Whether metrics are served on the port of the graph, which listens on `graph`."""
        return self.enabled and self.listen in (None, graph)

    def address(self) -> tuple[str, int] | None:
        """Return host and port of the listener of its own, None for the graph's."""
        if self.listen is None:
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class Metrics(Section, frozen=True):
    """Figures of the whole process."""

    common: MetricsCommon = MetricsCommon()
    prometheus: Prometheus = Prometheus()


class Exporters(Section, frozen=True):
    """Where traces, metrics and logs go."""

    tracing: Tracing = Tracing()
    metrics: Metrics = Metrics()
    logging: Logging = Logging()


class Usage(Section, frozen=True):
    """Which fields which client uses, for the registry's checks, where there is a registry.

    Handed on every `interval`. No more than `max_records` combinations of operation, client and
    hour are kept in between; what is beyond them is counted as lost.
    """

    enabled: bool = True
    interval: Duration = 10.0
    max_records: Positive = 5_000

    def __post_init__(self) -> None:
        if self.interval <= 0:
            raise ValueError("'interval' must be more than nothing; write 10s")


ClientHeader = Annotated[str, Meta(pattern=f"^{HEADER_NAME}$")]


class ClientHeaders(Section, frozen=True):
    """In which headers clients say what program they are; the first that is there counts.

    `name`, `version`: of the program.
    """

    name: tuple[ClientHeader, ...] = ("apollographql-client-name", "graphql-client-name")
    version: tuple[ClientHeader, ...] = (
        "apollographql-client-version",
        "graphql-client-version",
    )


class Telemetry(Section, frozen=True):
    """What operators can see of the server. Nothing of it has values of clients."""

    exporters: Exporters = Exporters()
    client_headers: ClientHeaders = ClientHeaders()
    usage: Usage = Usage()
