"""The engine's sections of hub.yaml, named as Apollo Router names them.

Only keys that work are here; everything else is refused by name. Every default is safe for a
server that strangers can reach: no introspection, no explorer, no cross-origin access, subgraph
errors redacted. `for_development` turns on what a developer needs.

The composition root puts these sections beside its own: a Struct that inherits `EngineSettings`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import field

from federation.server.settings.answers import Extensions, IncludeSubgraphErrors
from federation.server.settings.authentication import AuthenticationSection
from federation.server.settings.authorization import AuthorizationSection
from federation.server.settings.base import Section
from federation.server.settings.batching import Batching
from federation.server.settings.compression import CompressionSection
from federation.server.settings.cross_origin import Cors, Csrf
from federation.server.settings.demand_control import DemandControlSection
from federation.server.settings.etag import Etag
from federation.server.settings.headers import Headers
from federation.server.settings.hooks import HookSection
from federation.server.settings.limits import Limits
from federation.server.settings.pages import HealthCheck, Homepage, Plugins, Sandbox
from federation.server.settings.persisted_queries import Apq, PersistedQueries
from federation.server.settings.proxies import ProxiesSection
from federation.server.settings.rate_limits import RateLimitsSection
from federation.server.settings.response_cache import ResponseCaching
from federation.server.settings.subscription import Subscription
from federation.server.settings.supergraph import SupergraphSection
from federation.server.settings.telemetry import Telemetry
from federation.server.settings.tls import TlsSection
from federation.server.settings.traffic import TrafficShaping
from federation.server.settings.uploads import FileUploads
from federation.server.settings.views import Views

T = TypeVar("T", bound="EngineSettings")


class EngineSettings(Section, frozen=True):
    """All sections the engine knows.

    `override_subgraph_url`: where a subgraph is reached, by name, instead of where its schema says.
    """

    supergraph: SupergraphSection = SupergraphSection()
    batching: Batching = Batching()
    compression: CompressionSection = CompressionSection()
    etag: Etag = Etag()
    apq: Apq = Apq()
    persisted_queries: PersistedQueries = PersistedQueries()
    preview_file_uploads: FileUploads = FileUploads()
    authentication: AuthenticationSection = AuthenticationSection()
    authorization: AuthorizationSection = AuthorizationSection()
    health_check: HealthCheck = HealthCheck()
    cors: Cors = Cors()
    csrf: Csrf = Csrf()
    headers: Headers = Headers()
    extensions: Extensions = Extensions()
    traffic_shaping: TrafficShaping = TrafficShaping()
    rate_limits: RateLimitsSection = RateLimitsSection()
    proxies: ProxiesSection = ProxiesSection()
    tls: TlsSection = TlsSection()
    limits: Limits = Limits()
    demand_control: DemandControlSection = DemandControlSection()
    include_subgraph_errors: IncludeSubgraphErrors = IncludeSubgraphErrors()
    override_subgraph_url: dict[str, str] = field(default_factory=dict)
    subscription: Subscription = Subscription()
    telemetry: Telemetry = Telemetry()
    homepage: Homepage = Homepage()
    sandbox: Sandbox = Sandbox()
    plugins: Plugins = Plugins()
    views: Views = Views()
    response_cache: ResponseCaching = ResponseCaching()
    hooks: tuple[HookSection, ...] = ()

    def __post_init__(self) -> None:
        if self.csrf.unsafe_disabled and self.authentication.router.jwt.reads_cookies:
            raise ValueError(
                "tokens in cookies need CSRF prevention: leave out csrf.unsafe_disabled, or take"
                " tokens from a header"
            )


def for_development(settings: T) -> T:
    """Return the settings with introspection, explorer, plans and subgraph errors turned on, and
    metrics on the port of the graph unless they are set up already.
    """
    replace = msgspec.structs.replace
    return replace(
        settings,
        telemetry=_with_metrics(settings.telemetry),
        demand_control=_with_actual_costs(settings.demand_control),
        supergraph=replace(settings.supergraph, introspection=True),
        sandbox=Sandbox(enabled=True),
        include_subgraph_errors=IncludeSubgraphErrors(all=True),
        plugins=Plugins(expose_query_plan=True, expose_trace=True),
    )


def _with_metrics(telemetry: Telemetry) -> Telemetry:
    replace = msgspec.structs.replace
    metrics = telemetry.exporters.metrics
    if metrics.prometheus.enabled:
        return telemetry
    prometheus = replace(metrics.prometheus, enabled=True, listen=None)
    exporters = replace(telemetry.exporters, metrics=replace(metrics, prometheus=prometheus))
    return replace(telemetry, exporters=exporters)


def _with_actual_costs(demand: DemandControlSection) -> DemandControlSection:
    replace = msgspec.structs.replace
    estimated = demand.strategy.static_estimated
    estimated = replace(estimated, actual_cost_mode="by_response_shape")
    return replace(demand, strategy=replace(demand.strategy, static_estimated=estimated))
