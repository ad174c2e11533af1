"""Supergraph + settings → a transport per subgraph.

Each is wrapped, outermost first: equal calls are made once (`single_flight`); kept answers are
found (`caching`); a subgraph over HTTP is guarded by retry, circuit breaker and concurrency limit
(`resilience`); the wire. Why in this order, and why subgraphs in this process have no guards:
`decisions/0008`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from federation.errors import SupergraphError
from federation.execution.caching.freshness import KEPT_HEADERS
from federation.execution.resilience.breaker import BreakerOptions
from federation.execution.resilience.concurrency import ConcurrencyOptions
from federation.execution.resilience.guards import GuardOptions, Traffic
from federation.execution.resilience.retry import RetryOptions
from federation.execution.single_flight import SingleFlight
from federation.execution.transport import SubgraphTransport
from federation.execution.transports.certificates import CertificateError, TlsOptions
from federation.execution.transports.choose import http_transport
from federation.execution.transports.in_process import Execute, InProcessTransport
from federation.execution.transports.options import Compression, Http2, HttpOptions
from federation.server.settings.engine import EngineSettings
from federation.server.settings.traffic import SubgraphShaping
from federation.server.subgraphs.response_caching import Caching
from federation.server.subgraphs.response_headers import kept_headers
from federation.supergraph.model import Subgraph, Supergraph

T = TypeVar("T")


def connect(
    supergraph: Supergraph,
    settings: EngineSettings,
    local: Mapping[str, Execute],
    traffic: Traffic | None = None,
    caching: Caching | None = None,
) -> dict[str, SubgraphTransport]:
    """Return how each subgraph is called: in process where `local` has it, else over HTTP.

    `override_subgraph_url` wins over both, so that a subgraph of ours can be moved out by
    configuration. A subgraph without any address gets no transport; asking it is an error then.
    `traffic` remembers what is known of subgraphs from one supergraph to the next, `caching` what
    they answered; without it nothing is kept. Raises `SupergraphError` for an unusable url or
    certificate.
    """
    ways = {one.name: _way(one, settings, local) for one in supergraph.subgraphs}
    traffic = Traffic() if traffic is None else traffic
    transports: dict[str, SubgraphTransport] = {}
    remote: set[str] = set()
    for name, way in ways.items():
        if way is None:
            continue
        shaping = settings.traffic_shaping.of(name)
        transport, url = way
        if url is not None:
            guards = traffic.guards(name, url, guard_options(settings, shaping))
            transport = guards.wrap(transport)
            remote.add(name)
        if caching is not None:
            transport = caching.wrap(name, url or "", transport)
        share = shaping.deduplicate_query
        transports[name] = SingleFlight(transport) if share else transport
    traffic.forget_others(remote)
    return transports


def _way(
    subgraph: Subgraph, settings: EngineSettings, local: Mapping[str, Execute]
) -> tuple[SubgraphTransport, str | None] | None:
    """Return how a subgraph is called, with the url where that is a wire; None for not at all."""
    name = subgraph.name
    shaping = settings.traffic_shaping.of(name)
    url = settings.override_subgraph_url.get(name)
    if url is None and name in local:
        return InProcessTransport(local[name], shaping.timeout), None
    url = url or subgraph.url
    if not url:
        return None
    return _wire(name, http_options(name, url, settings, shaping)), url


def guard_options(settings: EngineSettings, shaping: SubgraphShaping) -> GuardOptions:
    """Return what guards a subgraph that is called as `shaping` says."""
    timeout = _set(shaping.timeout)
    # Half of the time that a call usually has. Callers can shorten it; then a time-out says
    # nothing of the subgraph.
    fair = min(timeout, settings.traffic_shaping.router.timeout) / 2
    retry, breaker, limit = shaping.retry, shaping.circuit_breaker, shaping.concurrency
    highest = _set(shaping.max_connections_per_host)
    return GuardOptions(
        timeout=timeout,
        fair=fair,
        retry=RetryOptions(
            min_per_sec=_set(retry.min_per_sec),
            ttl=_set(retry.ttl),
            retry_percent=_set(retry.retry_percent),
            max_retries=_set(retry.max_retries),
            base=_set(retry.initial_pause),
            cap=_set(retry.max_pause),
        )
        if retry.enabled
        else None,
        breaker=BreakerOptions(
            error_threshold=_set(breaker.error_threshold),
            volume_threshold=_set(breaker.volume_threshold),
            reset_timeout=_set(breaker.reset_timeout),
            half_open_attempts=_set(breaker.half_open_attempts),
        )
        if breaker.enabled
        else None,
        concurrency=ConcurrencyOptions(
            highest=highest,
            lowest=min(_set(limit.min_limit), highest),
            queue_size=_set(limit.queue_size),
            queue_timeout=limit.queue_timeout,
        )
        if limit.enabled
        else None,
    )


def http_options(
    name: str, url: str, settings: EngineSettings, shaping: SubgraphShaping
) -> HttpOptions:
    """Return how the subgraph `name` is called over HTTP."""
    deadline = settings.traffic_shaping.deadline
    return HttpOptions(
        url=url,
        timeout=_set(shaping.timeout),
        connect_timeout=_set(shaping.connect_timeout),
        max_response_bytes=_set(shaping.max_response_bytes),
        max_connections=_set(shaping.max_connections_per_host),
        idle_timeout=_set(shaping.pool_idle_timeout),
        compression=Compression(shaping.compression),
        compressed_answers=_set(shaping.accept_compressed),
        http2=Http2(shaping.experimental_http2),
        tls=tls_options(name, settings),
        deadline_header=deadline.header.lower() if deadline.send else None,
        keep_headers=_kept_headers(name, settings),
    )


def _kept_headers(name: str, settings: EngineSettings) -> tuple[str, ...] | None:
    kept = kept_headers(settings.headers, name)
    if kept is None or not settings.response_cache.enabled:
        return kept
    return tuple(dict.fromkeys((*kept, *KEPT_HEADERS)))


def tls_options(name: str, settings: EngineSettings) -> TlsOptions:
    """Return the certificates for calls and streams of one subgraph."""
    tls = settings.tls.subgraph.of(name)
    own = tls.client_authentication
    return TlsOptions(
        certificate_authorities=tls.certificate_authorities,
        certificate_chain=None if own is None else own.certificate_chain,
        key=None if own is None else own.key,
    )


def _wire(name: str, options: HttpOptions) -> SubgraphTransport:
    if not options.url.startswith(("http://", "https://")):
        raise SupergraphError(
            f"Subgraph {name!r} has the url {options.url!r}, which is not http:// or https://;"
            " correct its routing url or set override_subgraph_url."
        )
    try:
        return http_transport(options)
    except CertificateError as error:
        raise SupergraphError(f"Certificates of subgraph {name!r}: {error}") from None
    except ValueError as error:
        raise SupergraphError(
            f"Subgraph {name!r} cannot be called at its url {options.url!r}: {error}"
        ) from None


def _set(value: T | None) -> T:
    """Return a setting that has a default, so that it is set."""
    assert value is not None
    return value
